import type { Feeds, Node } from "@metrigrad/graph";
import type { Optimizer } from "@metrigrad/optim";
import {
  type Communicator,
  checkNames,
  GraphError,
  type Store,
  type Tensor,
} from "@metrigrad/tensor";
import { checkCommunicator } from "./ranks/options.ts";
import { shareStore } from "./ranks/share.ts";
import type { StepContext } from "./step/context.ts";
import { type FeedNodes, type FeedSpecs, type FeedValues, feedTensors } from "./step/feeds.ts";
import type { LossResult } from "./step/forward.ts";
import type { OptimizerReport } from "./step/report.ts";
import { stepRunner } from "./step/runner.ts";
import { stepGraph } from "./step/stepGraph.ts";
import type { StepTime } from "./step/stepTime.ts";
import type { TrainedChoice } from "./step/trained.ts";
import { oneAtATime } from "./step/turns.ts";

/**
 * Options of {@link trainingStep}.
 *
 * @category Train: own loops
 */
export interface TrainingStepOptions<F extends FeedSpecs = FeedSpecs> {
  /** The optimizer, for example `adam()`. */
  readonly optimizer: Optimizer;
  /**
   * The parameters to train: a module, a variable, a list of them, or a function of paths. By default the step trains
   * all that the loss applies.
   */
  readonly parameters?: TrainedChoice;
  /**
   * The shapes of the values that you pass to each step, by name. For example { x: [64, 2], label: { shape: [64],
   * type: "i32" } }.
   */
  readonly feeds: F;
  /**
   * The loss: a scalar, or a value per sample, [n], whose mean is minimised. It may also return { loss, outputs },
   * and `run` then reads the outputs. It may be called again in inference mode, so it must only build the graph.
   */
  readonly loss: (feeds: FeedNodes<F>, context: StepContext) => LossResult;
  /**
   * The weights w of the samples, [n]. The loss becomes Σwℓ/Σw, where ℓ is the loss per sample. Modules and metrics
   * use the weights too. All are 1 by default.
   */
  readonly weights?: (feeds: FeedNodes<F>) => Node | null;
  /** The number of steps of the whole run, which schedules follow. If you leave it out, the progress stays 0. */
  readonly steps?: number;
  /** β of the L2 term ½β Σ‖W‖² over the trained parameters, without biases; 0 by default. */
  readonly l2?: number;
  /**
   * Whether `run` returns the optimizer's report: at every step (`true`), or at every k-th step (`{ every: k }`).
   * False by default.
   */
  readonly report?: boolean | ReportOptions;
  /** Whether a step that is not finite is undone and throws a {@link DivergenceError}; true by default. */
  readonly checkFinite?: boolean;
  /** The number of steps of `advance` between two checks that all values are finite; 100 by default. */
  readonly checkEvery?: number;
  /** Whether the step goes on from the optimizer's state on the store; true by default. */
  readonly resume?: boolean;
  /**
   * The processes that take each step together, as `mpi()` of `@metrigrad/mpi` gives them; none by default. The feeds of a step are
   * those of this rank. The gradient and the metric are means over the ranks, so each rank must feed as many rows.
   */
  readonly distributed?: Communicator;
}

/**
 * What an optimizer reports, and how often.
 *
 * @category Train: own loops
 */
export interface ReportOptions {
  /** The number of steps from one report to the next; 1 by default for `trainingStep`. */
  readonly every?: number;
  /** Whether the report has quantities that take much work, such as condition numbers; false by default. */
  readonly costly?: boolean;
}

/**
 * The result of one training step.
 *
 * @category Train: own loops
 */
export interface StepResult {
  /** The loss of the batch before the step, without the L2 term. */
  readonly loss: number;
  /** The outputs that the loss returned, by name; empty if it returned none. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** The number of steps done, this one included. */
  readonly step: number;
  /** The optimizer's report of this step; null if `report` does not ask for one. */
  readonly report: OptimizerReport | null;
}

/**
 * A training step on a store, which you run as often as you like.
 *
 * @category Train: own loops
 */
export interface TrainingStep<F extends FeedSpecs = FeedSpecs> {
  /**
   * Does one step, and reads its loss and outputs. It rejects with a {@link DivergenceError} if the step is not
   * finite, and the state is then as before the step. It rejects with a {@link GraphError} or a {@link ShapeError} if
   * the feeds do not fit.
   *
   * @param feeds - The values by name, as tensors or nested arrays.
   * @returns A promise of the loss, the outputs, the step count and the report.
   */
  run(feeds: FeedValues<F>): Promise<StepResult>;
  /**
   * Does one step without reading anything back. It rejects as `run` does, with a {@link DivergenceError} up to
   * `checkEvery` steps later.
   *
   * @param feeds - The values by name, as tensors or nested arrays.
   */
  advance(feeds: FeedValues<F>): Promise<void>;
  /**
   * Checks the steps since the last check. It rejects with a {@link DivergenceError} if one of them was not finite.
   */
  check(): Promise<void>;
  /**
   * The number of steps that this optimizer has done on these parameters. Steps from before this step was made count
   * too.
   */
  readonly count: number;
  /** The number of dispatches that the last step recorded on the device; null before it, and on backends that record none. */
  readonly dispatches: number | null;
  /**
   * Returns where the time of a step goes, by the kind of the plan's steps, the longest first. About
   * one of twelve steps is measured, and of steps with outputs none.
   *
   * @returns The times; empty before the first step, and if the backend cannot measure.
   */
  profile(): readonly StepTime[];
  /** Frees the step's programs. The state stays on the store. */
  close(): Promise<void>;
}

const known = [
  "optimizer",
  "parameters",
  "feeds",
  "loss",
  "weights",
  "steps",
  "l2",
  "report",
  "checkFinite",
  "checkEvery",
  "resume",
  "distributed",
] as const satisfies readonly (keyof TrainingStepOptions)[];

/**
 * Builds a training step for a loop of your own: forward pass, gradient, optimizer and its state, as programs on a
 * store.
 *
 * The optimizer's state lives on the store by path (`optimizer/adam/mean/dense0/w`). So a step goes on where another
 * step or a checkpoint ended. If the store has no such state, or that of another optimizer, the state begins afresh.
 *
 * {@includeCode ../../../examples/api/train/trainingStep.ts#example}
 *
 * @param store - The store. It must have the modules that the loss applies.
 * @param options - Optimizer, feeds, loss, and what to train.
 * @returns A promise of the step.
 * @throws {@link GraphError} if an option is unknown or out of range, or if the store lacks a module that the loss
 *   applies. Also if the loss reads a parameter that belongs to no applied module. Also if an open step uses state
 *   that would be replaced. The call rejects with what the loss, its modules and the optimizer throw, too.
 * @throws {@link ShapeError} if the weights do not fit the loss.
 * @category Train: own loops
 */
export async function trainingStep<const F extends FeedSpecs>(
  store: Store,
  options: TrainingStepOptions<F>,
): Promise<TrainingStep<F>> {
  const where = "trainingStep";
  if (typeof store?.add !== "function") throw noStore(store);
  checkNames(where, options, known, GraphError);
  checkStep(options as unknown as TrainingStepOptions);
  const { optimizer, l2 = 0, report = false, checkFinite = true, checkEvery = 100 } = options;
  const { feeds, loss, weights, parameters, steps, resume = true, distributed = null } = options;
  if (distributed !== null) checkCommunicator(where, distributed);
  const graph = stepGraph(store, {
    where,
    optimizer,
    parameters,
    feeds,
    loss,
    weights,
    steps,
    l2,
    resume,
    ranks: distributed ?? undefined,
  });
  const asked = typeof report === "object" ? report : {};
  const runner = await stepRunner(store, graph, {
    where,
    optimizer: optimizer.name,
    checkFinite,
    checkEvery,
    costly: asked.costly ?? false,
    communicator: distributed,
  });
  if (distributed !== null) await shareStore(distributed, where, store);
  let count = await runner.count();
  const queue = oneAtATime();
  const within = <T>(run: () => Promise<T>) =>
    queue(async () => {
      try {
        return await run();
      } finally {
        count = await runner.count();
      }
    });
  const tensors = (values: FeedValues<F>) => feedTensors(`${where}.run`, feeds, values as Feeds);
  return Object.freeze({
    run: (values) =>
      within(async () => {
        const given = tensors(values);
        const step = (await runner.count()) + 1;
        const due = report !== false && step % (asked.every ?? 1) === 0;
        const reported = due ? await runner.report(given) : null;
        return { ...(await runner.read(given)), step, report: reported };
      }),
    advance: (values) => within(() => runner.advance(tensors(values))),
    check: () => within(runner.check),
    get count() {
      return count;
    },
    get dispatches() {
      return runner.dispatches;
    },
    profile: runner.profile,
    close: () => queue(runner.close),
  } satisfies TrainingStep<F>);
}

function noStore(got: unknown): GraphError {
  const isModel = typeof got === "object" && got !== null && "definition" in got;
  return new GraphError({
    where: "trainingStep",
    must: "its first argument must be a store",
    got: isModel ? "a module" : typeof got,
    todo: "pass await backend.store(model), and apply the model in { loss: ({ x }, { apply }) => … }",
  });
}

function checkStep(options: TrainingStepOptions): void {
  const { optimizer, loss, steps, l2 = 0, checkEvery = 100, report = false } = options;
  const refuse = (must: string, got: unknown, todo: string): never => {
    throw new GraphError({ where: "trainingStep", must, got: String(got), todo });
  };
  if (typeof optimizer?.update !== "function") {
    refuse(
      "optimizer must be a value like sgd()",
      typeof optimizer,
      "call it: { optimizer: sgd() }",
    );
  }
  if (typeof loss !== "function") {
    refuse("loss must be a function", typeof loss, "pass { loss: ({ x }, { apply }) => … }");
  }
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= 1)) {
    refuse("steps must be a positive integer", steps, "leave it out where the run has no end");
  }
  if (!(l2 >= 0 && Number.isFinite(l2))) {
    refuse("l2 must be a finite number ≥ 0", l2, "pass a number such as 1e-3");
  }
  if (!(Number.isInteger(checkEvery) && checkEvery >= 1)) {
    refuse("checkEvery must be a positive integer", checkEvery, "pass a number such as 100");
  }
  checkReport("trainingStep", report);
}

/** Checks `report`. Throws GraphError. */
export function checkReport(where: string, report: boolean | ReportOptions): void {
  if (typeof report === "object" && report !== null) {
    checkNames(`${where}, report`, report, ["every", "costly"], GraphError);
  }
  const every = typeof report === "object" ? (report?.every ?? 1) : 1;
  if (Number.isInteger(every) && every >= 1) return;
  throw new GraphError({
    where,
    must: "report.every must be a positive integer",
    got: String(every),
    todo: "pass { report: { every: 100 } }",
  });
}
