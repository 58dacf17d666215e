/**
 * What the ranks of the suite `mpi` train, as a file that `metrigrad plan` takes too: 784-100-100-10 on MNIST, on one thread, by the
 * optimizer that BENCH_OPTIMIZER names.
 */
import {
  adam,
  categorical,
  cpu,
  dense,
  kfacMetrics,
  mnist,
  type Optimizer,
  relu,
  rngd,
  sequential,
  sgd,
} from "metrigrad";

/** The optimizers of the suite. */
export const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ learningRate: 0.05 }),
  adam: () => adam(),
  rngd: () => rngd(),
  kfac: () => rngd({ metrics: kfacMetrics({ split: true }), relative: 0.1, learningRate: 0.05 }),
};

/** Rows of a step of one process alone. */
export const batchSize = 128;

export const model = () =>
  sequential(
    dense(784, 100, { activation: relu }),
    dense(100, 100, { activation: relu }),
    dense(100, 10),
  );
export const data = () => mnist({ split: [4096, 0, 0] });
export const likelihood = categorical;
export const optimizer = () => {
  const { BENCH_OPTIMIZER: name = "sgd" } = process.env;
  const made = optimizers[name];
  if (made === undefined) throw new Error(`BENCH_OPTIMIZER must be known, got ${name}`);
  return made();
};
export const backend = () => cpu({ threads: 1, native: false });
