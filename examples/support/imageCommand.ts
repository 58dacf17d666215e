import { parseArgs } from "node:util";
import { cpu, DataError, type DataSet, type EpochEvent, type Optimizer } from "metrigrad";
import { digitImages } from "./digitImages.ts";
import { print, type Report, type Settings } from "./settings.ts";

/** How a classifier of images trains. */
export interface ImageSettings extends Settings {
  /** Inputs [n, channels, side, side] and classes; MNIST by default. */
  readonly data?: DataSet;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly onEpoch?: (event: EpochEvent) => void;
}

/** What a model of images is made for. */
export interface ImageShape {
  readonly channels: number;
  readonly side: number;
  readonly classes: number;
}

/** The shape of a data set's images, and how many classes they have. */
export function imageShape({ train, classes }: DataSet): ImageShape {
  const [, channels = 1, side = 1] = train.inputs.shape;
  return { channels, side, classes: classes as number };
}

const usage = `Options, each with its value:
  --optimizer  adam, rngd, kfac or sgd; rngd by default
  --rate       the optimizer's learning rate; a tuned one by default
  --epochs     passes over the training images; 3 by default
  --batch      images of a step; 50 by default
  --seed       of initial values, order and split; 1 by default
  --side       pixels per side; 28 by default
  --images     training images of MNIST; 5000 by default
  --folder     instead of MNIST: a folder with one folder of PNG files per class
  --per-class  images of each class of that folder at most; all by default`;

/** Trains by what the command line asks for, and prints each epoch. */
export async function imageCommand(
  train: (settings: ImageSettings) => Promise<Report>,
  optimizers: Readonly<Record<string, (learningRate?: number) => Optimizer>>,
): Promise<void> {
  const { values: given } = parseArgs({
    options: {
      optimizer: { type: "string", default: "rngd" },
      rate: { type: "string" },
      epochs: { type: "string", default: "3" },
      batch: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      side: { type: "string", default: "28" },
      images: { type: "string", default: "5000" },
      folder: { type: "string" },
      "per-class": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (given.help) return console.log(usage);
  const [seed, side] = [Number(given.seed), Number(given.side)];
  const { folder, optimizer: name, "per-class": perClass, rate } = given;
  const optimizer = optimizers[name];
  if (optimizer === undefined) {
    throw new DataError({
      where: "--optimizer",
      must: `it must be one of ${Object.keys(optimizers).join(", ")}`,
      got: name,
      todo: "see --help",
    });
  }
  const data =
    folder === undefined
      ? await digitImages({ rows: Number(given.images), valid: 2000, seed, side })
      : (await pictures()).pngFolder({
          ...{ folder, side, seed },
          ...(perClass === undefined ? {} : { perClass: Number(perClass) }),
        });
  const backend = await cpu();
  const report = await train({
    ...{ size: 1, data, backend, seed, epochs: Number(given.epochs) },
    optimizer: optimizer(...(rate === undefined ? [] : [Number(rate)])),
    batchSize: Number(given.batch),
    onEpoch: ({ epoch, trainCost, validCost, validAccuracy, seconds }) => {
      const numbers = [trainCost, validCost, validAccuracy].map((value) => value?.toFixed(4));
      const [cost, held, right] = numbers;
      const time = `${seconds.toFixed(1)} s`;
      console.log(`epoch ${epoch}: cost ${cost}, validation ${held}, right ${right}, ${time}`);
    },
  });
  print(report);
  await backend.close();
}

/** What reads pictures; it needs a package that MNIST does not. */
async function pictures() {
  try {
    return await import("./pngFolder.ts");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new DataError({
      where: "--folder",
      must: "the package fast-png must be there to read PNG files",
      got: error instanceof Error ? error.message : String(error),
      todo: "run npm install fast-png",
    });
  }
}
