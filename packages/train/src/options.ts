import type { DataSet } from "@metrigrad/data";
import type { RowLaw as Law, Module } from "@metrigrad/nn";
import type { Optimizer } from "@metrigrad/optim";
import { type Backend, GraphError, isTensor, type Store } from "@metrigrad/tensor";
import type { StepEvent } from "./events.ts";

/** How to train. */
export interface FitOptions {
  readonly data: DataSet;
  /** The law of the targets around the model's output, which the loss is −ln p of. */
  readonly likelihood: Law;
  readonly optimizer: Optimizer;
  /** Rows of a training step; a last batch with fewer is left out. */
  readonly batchSize: number;
  /** Passes over the training rows. */
  readonly epochs: number;
  /** Seed of initial values, of shuffles and of random draws, an unsigned 32-bit integer. */
  readonly seed: number;
  /** Where to compute; a function, such as `reference`, is called when training begins. */
  readonly backend: Backend | Promise<Backend> | (() => Backend | Promise<Backend>);
  /**
   * Values to go on from: parameters, the optimizer's state and the number of steps done, such as a
   * loaded checkpoint. A new store on the backend by default, which the run closes.
   */
  readonly store?: Store;
  /** β of the L2 term ½β Σ‖W‖², biases left out; 0 by default. */
  readonly l2?: number;
  /** Steps between looks at whether a value was not finite; 100 by default. */
  readonly checkEvery?: number;
  /**
   * Ask the optimizer to tell of its steps (λ, solver, residual, length in √nats): of the last one of
   * each epoch, or of every k-th; `costly`: condition numbers and the like too. A report takes another forward
   * and backward pass, outside of the measured seconds. False by default.
   */
  readonly report?: boolean | { readonly every?: number; readonly costly?: boolean };
  /** Called after each step, while the run waits. */
  readonly onStep?: (event: StepEvent) => void;
}

/** Checks what can be checked before a graph is built. Throws GraphError. */
export function checkOptions(model: Module, options: FitOptions = {} as FitOptions): void {
  const { data, batchSize, epochs, seed, l2 = 0, checkEvery = 100, report = false } = options;
  const refuse = (must: string, got: unknown, todo: string): never => {
    throw new GraphError({ where: "fit", must, got: String(got), todo });
  };
  if (model?.definition === undefined) {
    refuse(
      "the first argument must be a module",
      typeof model,
      "fit(sequential(dense(784, 10)), { … })",
    );
  }
  for (const name of ["data", "likelihood", "optimizer", "backend"] as const) {
    const value: unknown = options[name];
    if (value === undefined || value === null)
      refuse(`${name} must be given`, value, `pass { ${name}: … }`);
  }
  if (typeof options.optimizer.update !== "function") {
    refuse(
      "optimizer must be a value like sgd()",
      typeof options.optimizer,
      "call it: { optimizer: sgd() }",
    );
  }
  if (typeof options.likelihood.logProb !== "function") {
    refuse(
      "likelihood must be a law",
      typeof options.likelihood,
      "call it: { likelihood: categorical() }",
    );
  }
  if (!(Number.isInteger(epochs) && epochs >= 1)) {
    refuse("epochs must be a positive integer", epochs, "pass a number such as 5");
  }
  if (!(Number.isInteger(checkEvery) && checkEvery >= 1)) {
    refuse("checkEvery must be a positive integer", checkEvery, "pass a number such as 100");
  }
  const every = typeof report === "object" ? (report.every ?? 1) : 1;
  if (!(Number.isInteger(every) && every >= 1)) {
    refuse("report.every must be a positive integer", every, "pass { report: { every: 100 } }");
  }
  if (!(l2 >= 0 && Number.isFinite(l2))) {
    refuse("l2 must be a finite number ≥ 0", l2, "pass a number such as 1e-3");
  }
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    refuse("seed must be an integer in 0 … 2³²−1", seed, "pass a number such as 1");
  }
  for (const name of ["train", "valid", "test"] as const) {
    const { inputs, targets } = data?.[name] ?? {};
    if (isTensor(inputs) && isTensor(targets)) continue;
    refuse(
      `data.${name} must have inputs and targets`,
      `inputs ${typeof inputs} and targets ${typeof targets}`,
      "pass what mnist() or dataSet(…) gives",
    );
  }
  const rows = data.train.inputs.shape[0] ?? 0;
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= rows)) {
    refuse(
      `batchSize must be an integer from 1 to the number of training rows, ${rows}`,
      batchSize,
      "pass a number such as 50",
    );
  }
}
