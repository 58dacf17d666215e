/** Pictures of digits: which are told wrong, and which are drawn or come back from a code. */
import {
  gatherRows,
  type Module,
  mnist,
  type Node,
  predict,
  type Tensor,
  tensor,
  uniformStream,
} from "metrigrad";
import * as autoencoder from "../autoencoder/autoencoder.ts";
import * as conditionalVae from "../conditional-vae/conditional-vae.ts";
import { drawDigits } from "../conditional-vae/digitsGiven.ts";
import * as lenet from "../lenet/lenet.ts";
import * as resnet8 from "../resnet8/resnet8.ts";
import { digitImages } from "../support/digitImages.ts";
import { digits } from "../support/digits.ts";
import type { ImageSettings } from "../support/imageCommand.ts";
import type { Settings } from "../support/settings.ts";
import * as tied from "../tied/tied.ts";
import * as vae from "../vae/vae.ts";
import { imageGrid } from "./raster.ts";
import { type Picture, pictureOf } from "./trained.ts";

/** The digits held back that a classifier is wrong about, those first of which it is surest. */
function mistakes(
  { train, optimizers }: typeof lenet | typeof resnet8,
  rows: number,
  how: Pick<ImageSettings, "epochs" | "batchSize"> = {},
): Picture {
  const data = () => digitImages({ rows, valid: 2000, seed: 1 });
  const learn = async (settings: Settings) => train({ ...settings, ...how, data: await data() });
  return pictureOf({ train: learn, optimizers }, async (store, model: Module<Node, Node>) => {
    const { inputs, targets } = (await data()).valid!;
    const [images, right] = [inkOf(inputs), targets.data()];
    const logits = (await predict(model, store, inputs, { inputScale: 1 / 255 })).toArray();
    const wrong = (logits as number[][])
      .map((own, row) => {
        const most = Math.max(...own);
        const sureness = 1 / own.reduce((sum, one) => sum + Math.exp(one - most), 0);
        return { row, sureness, isRight: own.indexOf(most) === right[row] };
      })
      .filter(({ isRight }) => !isRight)
      .sort((a, b) => b.sureness - a.sureness);
    const worst = wrong.slice(0, 32).map(({ row }) => images[row] as Float32Array);
    return imageGrid(worst, { columns: 8 });
  });
}

function firstRows(values: Tensor, count: number): Tensor {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  return gatherRows(values, rows);
}

/** The values of each row. */
function rowsOf(values: Tensor): Float32Array[] {
  const [all, rows] = [Float32Array.from(values.data()), values.shape[0] as number];
  const size = all.length / rows;
  return Array.from({ length: rows }, (_, row) => all.slice(row * size, (row + 1) * size));
}

/** The ink of images, bytes, from 0 to 1. */
function inkOf(images: Tensor): Float32Array[] {
  return rowsOf(images).map((row) => row.map((byte) => byte / 255));
}

/** The ink of images by the logits of their pixels. */
function inkBy(logits: Tensor): Float32Array[] {
  return rowsOf(logits).map((row) => row.map((logit) => 1 / (1 + Math.exp(-logit))));
}

/** Rows of a picture in which images lie above what came back of each. */
function pairs<T>(images: readonly T[], back: readonly T[], columns: number): T[] {
  const starts = images.flatMap((_, at) => (at % columns === 0 ? [at] : []));
  return starts.flatMap((at) => [images, back].flatMap((row) => row.slice(at, at + columns)));
}

/** Pictures of digits by the name of their example. */
export const images: Readonly<Record<string, Picture>> = {
  lenet: mistakes(lenet, 5000),
  resnet8: mistakes(resnet8, 1000, { epochs: 2, batchSize: 50 }),
  autoencoder: pictureOf(autoencoder, async (store, model: Module<Node, Node>) => {
    const { test } = await mnist({ seed: 1, split: [60_000, 0, 10_000] });
    const some = firstRows(test.inputs, 16);
    const back = inkBy(await predict(model, store, some, { inputScale: 1 / 255 }));
    return imageGrid(pairs(inkOf(some), back, 8), { columns: 8 });
  }),
  vae: pictureOf(vae, async (store, model: ReturnType<typeof vae.vae>) => {
    const { latent, decoder } = model.options;
    const stream = uniformStream({ seed: 5, path: "examples/vae" });
    const codes = Array.from({ length: 45 }, (_, row) =>
      Array.from({ length: latent }, (_, at) => stream.normal(row * latent + at)),
    );
    const drawn = inkBy(await predict(decoder, store, tensor(codes)));
    return imageGrid(drawn, { columns: 9, scale: 3 });
  }),
  "conditional-vae": pictureOf(
    conditionalVae,
    async (store, model: ReturnType<typeof conditionalVae.conditionalVae>) => {
      // Four of each digit up to 4, and beside them four of one that is larger by 5.
      const asked = Array.from({ length: 40 }, (_, at) => {
        const [row, column] = [Math.floor(at / 8), at % 8];
        return column < 4 ? row : row + 5;
      });
      const drawn = await drawDigits(model, store, asked);
      return imageGrid(drawn, { columns: 8, scale: 2 });
    },
  ),
  tied: pictureOf(tied, async (store, model: Module<Node, Node>) => {
    const { images } = await digits({ rows: 10_000, seed: 1 });
    const some = firstRows(images, 18);
    const back = inkBy(await predict(model, store, some));
    return imageGrid(pairs(rowsOf(some), back, 9), { columns: 9, scale: 3 });
  }),
};
