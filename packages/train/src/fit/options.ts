import { type AnyDataSet, type DataSet, isStream, rowsOf, type StreamSet } from "@metrigrad/data";
import type { Node } from "@metrigrad/graph";
import type { AnyLaw, Law } from "@metrigrad/nn";
import type { Optimizer } from "@metrigrad/optim";
import {
  type Backend,
  type Communicator,
  checkNames,
  GraphError,
  type MapTree,
  type Store,
  type Tensor,
  type Tree,
} from "@metrigrad/tensor";
import type { AnyStream } from "../data/batchSource.ts";
import { checkLive, type LiveOptions } from "../live/options.ts";
import { checkCommunicator } from "../ranks/options.ts";
import type { CheckpointOptions } from "../resume/checkpointOptions.ts";
import { checkCheckpoint } from "../resume/options.ts";
import type { StepContext } from "../step/context.ts";
import { checkReport, type ReportOptions } from "../trainingStep.ts";
import { dueAfter, type EvaluateOptions } from "./due.ts";
import type { StepEvent } from "./events.ts";
import { splitNames } from "./splits.ts";

/**
 * The type of a tree of nodes that has the form of a tree of tensors.
 *
 * @category Train
 */
export type NodesOf<T> = MapTree<T, Tensor, Node>;

/**
 * Options of {@link fit}. `Out` is the type of the model's output, and `X` and `Y` are those of the data's inputs and
 * targets.
 *
 * @category Train
 */
export interface FitOptions<
  Out = Node,
  X extends Tree<Tensor> = Tensor,
  Y extends Tree<Tensor> = Tensor,
> {
  /** The data: what {@link dataSet} or {@link streamData} returns. */
  readonly data: DataSet<X, Y> | StreamSet<X, Y>;
  /** The law of the targets given the model's output. The loss is −ln p of the targets under it. */
  readonly likelihood?: Law<Out, NodesOf<Y>>;
  /** Your own loss in place of a likelihood: a value per sample, [n], or a scalar. */
  readonly loss?: (output: Out, targets: NodesOf<Y>, context: StepContext) => Node;
  /** The optimizer, for example `rngd()`. */
  readonly optimizer: Optimizer;
  /**
   * The number of rows of a training step. A last batch with fewer rows is left out. It is required for a data set; a
   * stream has its own batches.
   */
  readonly batchSize?: number;
  /** The number of passes over the training rows. */
  readonly epochs: number;
  /** The seed of initial values, of shuffles and of random draws, an unsigned 32-bit integer. */
  readonly seed: number;
  /**
   * The backend, a promise of one, or a function that makes one, such as `reference`. The function is called when
   * training begins. The run makes a store there, and closes it.
   */
  readonly backend?: Backend | Promise<Backend> | (() => Backend | Promise<Backend>);
  /**
   * A store that has the model, in place of a backend. The run goes on from its parameters, its optimizer's state and
   * its step count, for example those of a loaded checkpoint.
   */
  readonly store?: Store;
  /** Whether the run goes on from the optimizer's state and step count on the store; true by default. */
  readonly resume?: boolean;
  /** β of the L2 term ½β Σ‖W‖² over the weights, without biases; 0 by default. */
  readonly l2?: number;
  /** Whether the weights of a split are used if it has some; true by default. */
  readonly sampleWeight?: boolean;
  /** Your own metrics by name: a value per sample, [n], or a scalar. Events have their means. None by default. */
  readonly metrics?: Readonly<Record<string, (output: Out, targets: NodesOf<Y>) => Node>>;
  /**
   * What is evaluated between epochs; `false` for nothing. By default all rows of the training and the validation
   * split are evaluated after each epoch. The training rows of a stream are not.
   */
  readonly evaluate?: EvaluateOptions | false;
  /** Ends the run when it no longer gets better, and then restores the best parameters; none by default. */
  readonly earlyStopping?: EarlyStopping;
  /** Steps between two checks that all values are finite; 100 by default. */
  readonly checkEvery?: number;
  /**
   * Whether the optimizer reports λ, solver, residual and length in √nats. `true` is the last step of each epoch, and
   * `{ every: k }` is every k-th step. With `costly` it reports condition numbers too. A report takes one more
   * forward and backward pass, which `seconds` does not count. False by default.
   */
  readonly report?: boolean | ReportOptions;
  /**
   * A function that is called after each step. If it returns a promise, the run waits for it, so that it can save a
   * checkpoint.
   */
  readonly onStep?: (event: StepEvent) => unknown;
  /** Whether `onStep` gets the loss of each step, which must then be read from the device; false by default. */
  readonly stepLoss?: boolean;
  /**
   * A signal that ends the run before the next step. The state stays as it is, and is saved if `checkpoint` is set.
   */
  readonly signal?: AbortSignal;
  /**
   * Saves the run to a folder as it goes, each checkpoint whole or not at all. A run that is stopped or killed can
   * then go on with the same numbers. For Node only; nothing is saved by default.
   */
  readonly checkpoint?: CheckpointOptions;
  /**
   * The processes that train together, as `mpi()` of `@metrigrad/mpi` gives them; none by default.
   *
   * Each step then has `batchSize` rows on each rank, and its gradient and its metric are those of all these rows. All ranks call the
   * same functions with the same options, and end with the same parameters. Rank 0 writes checkpoints and events.
   */
  readonly distributed?: Communicator | Promise<Communicator>;
  /** Where the run writes its events while it trains; nowhere by default. `metrigrad watch` shows them. */
  readonly live?: LiveOptions;
}

/**
 * When a run ends early.
 *
 * @category Train
 */
export interface EarlyStopping {
  /** The number of evaluations in a row without a better value after which the run ends. */
  readonly patience: number;
  /**
   * What is compared: "cost" (the default), "accuracy", or the name of your own metric. It is taken on the validation
   * rows, or on the training rows if no validation rows are evaluated.
   */
  readonly metric?: string;
  /** Whether a higher value is better; true by default for "accuracy", and false for all others. */
  readonly higher?: boolean;
  /** How much better than the best value a value must be to count; 0 by default. */
  readonly minDelta?: number;
  /** Whether the run ends with the parameters and statistics of the best epoch; true by default. */
  readonly restore?: boolean;
}

const known = [
  "data",
  "likelihood",
  "loss",
  "optimizer",
  "batchSize",
  "epochs",
  "seed",
  "backend",
  "store",
  "resume",
  "l2",
  "sampleWeight",
  "metrics",
  "evaluate",
  "earlyStopping",
  "checkEvery",
  "report",
  "onStep",
  "stepLoss",
  "signal",
  "checkpoint",
  "live",
  "distributed",
] as const satisfies readonly (keyof FitOptions)[];

/** The options for any model and data. */
export interface AnyFitOptions
  extends Omit<FitOptions<never>, "data" | "likelihood" | "loss" | "metrics"> {
  readonly data: AnyDataSet | AnyStream;
  readonly likelihood?: AnyLaw;
  readonly loss?: (output: never, targets: never, context: StepContext) => Node;
  readonly metrics?: Readonly<Record<string, (output: never, targets: never) => Node>>;
}

const refuse = (must: string, got: unknown, todo: string): never => {
  throw new GraphError({ where: "fit", must, got: String(got), todo });
};

/** Checks what can be checked before a graph is built. Throws GraphError. */
export function checkOptions(
  model: { readonly definition?: unknown },
  options: AnyFitOptions,
): void {
  if (model?.definition === undefined) {
    const todo = "fit(sequential(dense(784, 10)), { … })";
    refuse("the first argument must be a module", typeof model, todo);
  }
  checkNames("fit", options, known, GraphError);
  const { data, optimizer, likelihood, loss, epochs, seed, backend, store } = options;
  if (typeof data?.train !== "function" && typeof data?.train?.inputs !== "object") {
    refuse("data must be a data set or a stream", typeof data, "pass what dataSet(…) gives");
  }
  if (typeof optimizer?.update !== "function") {
    refuse(
      "optimizer must be a value like sgd()",
      typeof optimizer,
      "call it: { optimizer: sgd() }",
    );
  }
  if ((likelihood === undefined) === (loss === undefined)) {
    const got = loss === undefined ? "neither" : "both";
    refuse("either likelihood or loss must be given", got, "pass { likelihood: categorical() }");
  }
  if (likelihood !== undefined && typeof likelihood?.logProb !== "function") {
    refuse("likelihood must be a law", typeof likelihood, "call it: { likelihood: categorical() }");
  }
  if ((backend === undefined) === (store === undefined)) {
    const got = store === undefined ? "neither" : "both";
    refuse("either backend or store must be given", got, "pass { backend: cpu } or { store }");
  }
  for (const [name, value] of Object.entries({ loss, onStep: options.onStep })) {
    if (value === undefined || typeof value === "function") continue;
    refuse(`${name} must be a function`, typeof value, `pass { ${name}: (…) => … }`);
  }
  for (const [name, value] of Object.entries(options.metrics ?? {})) {
    if (typeof value === "function") continue;
    refuse(`metrics.${name} must be a function`, typeof value, "pass (output, targets) => node");
  }
  positive("epochs", epochs, 5);
  positive("checkEvery", options.checkEvery ?? 100, 100);
  checkReport("fit", options.report ?? false);
  const { l2 = 0 } = options;
  if (!(l2 >= 0 && Number.isFinite(l2))) {
    refuse("l2 must be a finite number ≥ 0", l2, "pass a number such as 1e-3");
  }
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    refuse("seed must be an integer in 0 … 2³²−1", seed, "pass a number such as 1");
  }
  checkEvaluate(options.evaluate);
  checkStopping(options);
  checkBatchSize(options);
  if (options.checkpoint !== undefined) checkCheckpoint(options.checkpoint);
  if (options.live !== undefined) checkLive(options.live);
  if (options.distributed !== undefined && !(options.distributed instanceof Promise)) {
    checkDistributed(options);
  }
}

/** Checks the communicator, and the batch size that it allows. Throws GraphError. */
export function checkDistributed(options: AnyFitOptions): void {
  checkCommunicator("fit", options.distributed);
  checkBatchSize(options);
}

function positive(name: string, value: unknown, example: number): void {
  if (Number.isInteger(value) && (value as number) >= 1) return;
  refuse(`${name} must be a positive integer`, value, `pass a number such as ${example}`);
}

function checkEvaluate(given: AnyFitOptions["evaluate"]): void {
  if (given === undefined || given === false) return;
  checkNames("fit, evaluate", given, ["every", "train", "valid"], GraphError);
  positive("evaluate.every", given.every ?? 1, 1);
  const { train = true } = given;
  if (typeof train === "boolean" || train === "steps") return;
  if (typeof train === "string") {
    refuse(
      'evaluate.train must be true, false, "steps" or { rows }',
      train,
      "leave it out for all",
    );
  }
  checkNames("fit, evaluate.train", train, ["rows"], GraphError);
  positive("evaluate.train.rows", train.rows, 1000);
}

function checkStopping(options: AnyFitOptions): void {
  const { earlyStopping, metrics = {}, data, epochs } = options;
  if (earlyStopping === undefined) return;
  const names = ["patience", "metric", "higher", "minDelta", "restore"];
  checkNames("fit, earlyStopping", earlyStopping, names, GraphError);
  const { patience, metric = "cost", minDelta = 0 } = earlyStopping;
  positive("earlyStopping.patience", patience, 3);
  if (!(minDelta >= 0 && Number.isFinite(minDelta))) {
    refuse("earlyStopping.minDelta must be a finite number ≥ 0", minDelta, "leave it out for 0");
  }
  const measured = ["cost", "accuracy", ...Object.keys(metrics)];
  if (!measured.includes(metric)) {
    const must = `earlyStopping.metric must be among ${measured.join(", ")}`;
    refuse(must, metric, "add it to `metrics`");
  }
  const { train, valid } = dueAfter(epochs, options);
  const withValid = valid && splitNames(data).includes("valid");
  if (train === "steps" && !withValid && metric !== "cost") {
    const todo = 'take "cost", or evaluate.train: true';
    refuse('the losses of steps have nothing but a "cost" for earlyStopping', metric, todo);
  }
  if (train !== false || withValid) return;
  const todo = "give the data a valid split, or leave `evaluate` out";
  refuse("earlyStopping needs an evaluation between epochs", "none", todo);
}

function checkBatchSize({ data, batchSize, distributed }: AnyFitOptions): void {
  if (isStream(data)) {
    if (batchSize === undefined) return;
    refuse(
      "batchSize must be left out for a stream",
      batchSize,
      "its batches say how large they are",
    );
  } else {
    const rows = rowsOf(data.train.inputs);
    const whole = Number.isInteger(batchSize) && (batchSize as number) >= 1;
    const { size = 1 } = (distributed ?? {}) as Partial<Communicator>;
    const most = Math.floor(rows / size);
    if (whole && (batchSize as number) <= most) return;
    const each = size === 1 ? "" : ` of each of ${size} ranks`;
    const must = `batchSize must be an integer from 1 to the number of training rows${each}, ${most}`;
    refuse(must, batchSize, `pass a number such as ${Math.min(50, most)}`);
  }
}
