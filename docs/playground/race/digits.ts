import {
  applyModel,
  argMax,
  cast,
  categorical,
  compile,
  dense,
  input,
  type Module,
  mean,
  neg,
  notEqual,
  relu,
  sequential,
  softmax,
  tensor,
  trainingStep,
  uniformStream,
} from "metrigrad";
import { type Digits, pixels } from "../digits/load.ts";
import type { Runner, Task } from "./task.ts";

const batch = 50;
const sample = 1000;
/** β of the L2 term, as in docs/experiment.md. */
const l2 = 1e-3;

/** The paper's network 784-80-80-80-10 with relu. */
export const network = (): Module =>
  sequential(
    dense(pixels, 80, { activation: relu }),
    dense(80, 80, { activation: relu }),
    dense(80, 80, { activation: relu }),
    dense(80, 10),
  ) as Module;

/** The order of the rows in a pass, by the seed. */
export function shuffled(count: number, seed: number, pass: number): Uint32Array {
  const { uniform } = uniformStream({ seed, path: `pass ${pass}` });
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform(i) * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

/** Returns a function that gives the batches one after the other, in a new order in each pass. */
export function batchesOf({ images, labels }: Digits, seed: number) {
  let [pass, at, order] = [0, 0, shuffled(labels.length, seed, 0)];
  return () => {
    if (at + batch > labels.length) {
      pass++;
      at = 0;
      order = shuffled(labels.length, seed, pass);
    }
    const rows = order.subarray(at, at + batch);
    at += batch;
    const x = new Float32Array(batch * pixels);
    for (const [i, row] of rows.entries())
      x.set(images.subarray(row * pixels, (row + 1) * pixels), i * pixels);
    const label = Int32Array.from(rows, (row) => labels[row] as number);
    return { x: tensor(x, { shape: [batch, pixels] }), label: tensor(label, { shape: [batch] }) };
  };
}

/** An optimizer at work on digits. */
export interface DigitRunner extends Runner {
  /** The probabilities of the ten digits for an image of 784 pixels. */
  readonly read: (image: Float32Array) => Promise<readonly number[]>;
}

/** Steps of a pass over the training digits. */
export const stepsPerPass = ({ labels }: Digits) => Math.floor(labels.length / batch);

/** Digits of MNIST in batches of 50, with an L2 term, by the paper's network or another one. */
export function digitTask(
  train: Digits,
  test: Digits,
  seed: number,
  make: () => Module = network,
): Task<DigitRunner> {
  const part = ({ images, labels }: Digits) => ({
    x: tensor(images.slice(0, sample * pixels), { shape: [sample, pixels] }),
    label: tensor(labels.slice(0, sample), { shape: [sample] }),
  });
  const [seen, unseen] = [part(train), part(test)];
  return {
    start: async (backend, optimizer, steps) => {
      const model = make();
      const store = await backend.store(model, { seed, float: "f32" });
      const training = await trainingStep(store, {
        optimizer,
        steps,
        l2,
        feeds: { x: [batch, pixels], label: { shape: [batch], type: "i32" } },
        loss: ({ x, label }, { apply, observe }) =>
          neg(observe(apply(model, x), categorical(), label)),
      });
      const x = input("x", [sample, pixels]);
      const label = input("label", [sample], "i32");
      const { output: response } = applyModel(model, x, { mode: "infer" });
      const cost = neg(mean(categorical().logProb(label, response)));
      const wrong = mean(cast(notEqual(argMax(response, { axis: 1 }), label), "float"));
      const measured = await compile({ outputs: { cost, wrong } }, store);
      const next = batchesOf(train, seed);
      const read = async (given: typeof seen) => {
        const handles = await measured.run(given);
        const [one, two] = [await handles.cost.read(), await handles.wrong.read()];
        return { cost: one.item(), wrong: two.item() };
      };
      const single = input("x", [1, pixels]);
      const logits = applyModel(model, single, { mode: "infer" }).output;
      const reader = await compile({ outputs: { p: softmax(logits, { axis: 1 }) } }, store);
      return {
        read: async (image) => {
          const { p } = await reader.run({ x: tensor(image, { shape: [1, pixels] }) });
          return Array.from((await p.read()).data());
        },
        step: () => training.advance(next()),
        settle: () => training.check(),
        measure: async () => {
          const own = await read(seen);
          const other = await read(unseen);
          return { error: other.wrong, cost: own.cost };
        },
        close: async () => {
          await reader.close();
          await measured.close();
          await training.close();
          await store.close();
        },
      };
    },
  };
}
