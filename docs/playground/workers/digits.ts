/** Trains a net on digits, and reads what is drawn. */
import { adam, exponentialSchedule, type Optimizer, rngd, sgd } from "metrigrad";
import { centred } from "../digits/centred.ts";
import { loadDigits, pixels } from "../digits/load.ts";
import { type NetName, nets } from "../digits/nets.ts";
import { type DigitRunner, digitTask, stepsPerPass } from "../race/digits.ts";
import { breathe } from "../race/turns.ts";
import { answerCalls } from "../shell/answer.ts";
import { type BackendName, type OpenBackend, openBackend } from "../shell/backend.ts";

export type DigitOptimizer = "rngd" | "adam" | "sgd";

/** What is trained, and for how long. */
export interface TrainAsked {
  readonly net: NetName;
  readonly optimizer: DigitOptimizer;
  readonly passes: number;
  readonly backend: BackendName;
}

/** What the net makes of a drawing. */
export interface Read {
  /** The image as the net sees it, 28×28 values from 0 to 1. */
  readonly image: Float32Array;
  /** The probability of each digit; null as long as nothing is trained. */
  readonly probabilities: readonly number[] | null;
}

export interface Passed {
  readonly pass: number;
  readonly wrong: number;
  readonly cost: number;
  /** Seconds of steps so far. */
  readonly seconds: number;
}

export interface DigitMethods {
  /** Trains anew, and sends `passed` after each pass. Resolves to the description of the backend. */
  train(asked: TrainAsked): Promise<string>;
  stop(): Promise<void>;
  /** Reads a drawing, in rows of so many points. */
  read(drawing: { readonly ink: Float32Array; readonly width: number }): Promise<Read>;
  /** One of the test digits, and what it is. */
  example(index: number): Promise<{ readonly image: Float32Array; readonly label: number }>;
}

export interface DigitEvents {
  passed: Passed;
}

const schedule = exponentialSchedule(0.1);

/** LeNet has the settings of examples/lenet, the dense net those of the race. */
const optimizers: Readonly<Record<NetName, Readonly<Record<DigitOptimizer, () => Optimizer>>>> = {
  dense: {
    rngd: () => rngd(),
    adam: () => adam({ learningRate: 0.004, schedule }),
    sgd: () => sgd({ learningRate: 0.4, schedule }),
  },
  lenet: {
    rngd: () => rngd({ schedule, learningRate: 0.2, absolute: 0.5 }),
    adam: () => adam({ learningRate: 0.008, schedule }),
    sgd: () => sgd({ learningRate: 0.1, schedule }),
  },
};

const seed = 1;
const loaded = loadDigits();
// Its failure is told to the call that needs it.
loaded.catch(() => {});
let stopped = false;
let kept: { readonly name: BackendName; readonly open: OpenBackend } | null = null;
let trained: DigitRunner | null = null;

async function backendFor(name: BackendName): Promise<OpenBackend> {
  if (kept?.name === name) return kept.open;
  await kept?.open.backend.close();
  kept = { name, open: await openBackend(name) };
  return kept.open;
}

async function train({ net, optimizer, passes, backend: name }: TrainAsked): Promise<string> {
  stopped = false;
  await trained?.close();
  trained = null;
  const { backend, described } = await backendFor(name);
  const { train: rows, test } = await loaded;
  const perPass = stepsPerPass(rows);
  const task = digitTask(rows, test, seed, nets[net]);
  const runner = await task.start(backend, optimizers[net][optimizer](), passes * perPass);
  trained = runner;
  let milliseconds = 0;
  const tell = async (pass: number) => {
    const { error: wrong = Number.NaN, cost = Number.NaN } = await runner.measure();
    send("passed", { pass, wrong, cost, seconds: milliseconds / 1000 });
  };
  await tell(0);
  for (let pass = 1; pass <= passes && !stopped; pass++) {
    for (let done = 0; done < perPass && !stopped; ) {
      const start = performance.now();
      // The page asks in between, so a piece is short.
      do {
        await runner.step();
        done++;
      } while (done < perPass && performance.now() - start < 30);
      await runner.settle();
      milliseconds += performance.now() - start;
      await breathe();
    }
    await tell(pass);
  }
  return described;
}

const send = answerCalls<DigitMethods, DigitEvents>({
  train,
  stop: async () => {
    stopped = true;
  },
  read: async ({ ink, width }) => {
    const image = centred(ink, width);
    const hasInk = image.some((value) => value > 0);
    const probabilities = trained !== null && hasInk ? await trained.read(image) : null;
    return { image, probabilities };
  },
  example: async (index) => {
    const { test } = await loaded;
    const at = index % test.labels.length;
    const image = test.images.slice(at * pixels, (at + 1) * pixels);
    return { image, label: test.labels[at] as number };
  },
});
