import type { Contestant } from "../../contestant.ts";
import { NoKernel } from "../../kit.ts";
import type { Tf, TfBackend, TfTensor } from "./types.ts";

/** What is trained by an optimizer of the library. */
export interface Training {
  readonly optimizer: "sgd" | "adam";
  readonly learningRate: number;
  /** Steps whose losses are the answer. */
  readonly checked: number;
  readonly variables: readonly TfTensor[];
  /** Other tensors that are resident. */
  readonly held: readonly TfTensor[];
  readonly loss: () => TfTensor;
}

/** A training step; throws NoKernel at the first one where the backend lacks a kernel. */
export function trained(tf: Tf, backend: TfBackend, training: Training): Contestant {
  const { optimizer: name, learningRate, checked, variables, held, loss } = training;
  const optimizer =
    name === "adam" ? tf.train.adam(learningRate, 0.9, 0.999, 1e-8) : tf.train.sgd(learningRate);
  return {
    result: async () => {
      await tf.setBackend(backend);
      const losses: number[] = [];
      for (let i = 0; i < checked; i++) {
        const cost = withKernels(() => optimizer.minimize(loss, true, variables));
        losses.push((await cost?.data())?.[0] ?? Number.NaN);
        cost?.dispose();
      }
      return losses;
    },
    time: async (count) => {
      await tf.setBackend(backend);
      const begun = performance.now();
      for (let i = 0; i < count; i++) optimizer.minimize(loss, false, variables);
      await variables.at(-1)?.data();
      return (performance.now() - begun) / 1000;
    },
    close: async () => {
      for (const tensor of [...held, ...variables]) tensor.dispose();
    },
  };
}

function withKernels<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const [, kernel] = /ernel '(\w+)' not registered/.exec((error as Error).message) ?? [];
    throw kernel === undefined ? error : new NoKernel(kernel);
  }
}
