import type { Feeds, Node } from "@metrigrad/graph";
import type { Optimizer } from "@metrigrad/optim";
import { checkNames, GraphError, type Store, type Tensor } from "@metrigrad/tensor";
import type { StepContext } from "./step/context.ts";
import { type FeedNodes, type FeedSpecs, type FeedValues, feedTensors } from "./step/feeds.ts";
import type { LossResult } from "./step/forward.ts";
import type { OptimizerReport } from "./step/report.ts";
import { stepRunner } from "./step/runner.ts";
import { stepGraph } from "./step/stepGraph.ts";
import type { TrainedChoice } from "./step/trained.ts";
import { oneAtATime } from "./step/turns.ts";

/** What a training step is made of. */
export interface TrainingStepOptions<F extends FeedSpecs = FeedSpecs> {
  readonly optimizer: Optimizer;
  /** What is trained: a module, a variable, a list of them, or a function of paths; all that is applied by default. */
  readonly parameters?: TrainedChoice;
  /** What is passed to each step: shapes by name, such as { x: [64, 2], label: { shape: [64], type: "i32" } }. */
  readonly feeds: F;
  /**
   * The loss: a scalar, or a value per sample [n], of which the mean is minimised; also { loss, outputs }, where `run`
   * reads the outputs. It may be called again in inference mode, so it must do nothing but build the graph.
   */
  readonly loss: (feeds: FeedNodes<F>, context: StepContext) => LossResult;
  /** Weights of the samples, [n]: the loss becomes Σwℓ/Σw, and modules and metrics take them too. */
  readonly weights?: (feeds: FeedNodes<F>) => Node | null;
  /** Steps of the whole run, which schedules go by; without it the progress stays 0. */
  readonly steps?: number;
  /** β of the L2 term ½β Σ‖W‖² over the trained parameters, biases left out; 0 by default. */
  readonly l2?: number;
  /** Whether `run` gives what the optimizer reports, at every step or every k-th; false by default. */
  readonly report?: boolean | ReportOptions;
  /** Whether a step that is not finite is undone and thrown as a DivergenceError; true by default. */
  readonly checkFinite?: boolean;
  /** Steps of `advance` between two looks at that; 100 by default. */
  readonly checkEvery?: number;
  /** Whether state that the optimizer has on the store goes on; true by default. */
  readonly resume?: boolean;
}

/** What is reported. */
export interface ReportOptions {
  /** Every so many steps; 1 by default. */
  readonly every?: number;
  /** Condition numbers and the like too. */
  readonly costly?: boolean;
}

/** What a step gave. */
export interface StepResult {
  /** Of the batch, before the step, without the L2 term. */
  readonly loss: number;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Steps done, this one included. */
  readonly step: number;
  /** What the optimizer reports of it; null where `report` does not ask for it. */
  readonly report: OptimizerReport | null;
}

/** A training step on a store: a value that is run as often as one likes. */
export interface TrainingStep<F extends FeedSpecs = FeedSpecs> {
  /**
   * Does one step, and reads its loss and outputs.
   * @throws DivergenceError where it is not finite: the state is then as before it; GraphError and ShapeError
   *   for feeds that do not fit
   */
  run(feeds: FeedValues<F>): Promise<StepResult>;
  /** Does one step without reading anything back. Throws as `run`, a DivergenceError up to `checkEvery` steps later. */
  advance(feeds: FeedValues<F>): Promise<void>;
  /** Throws DivergenceError where one of the steps since the last look was not finite. */
  check(): Promise<void>;
  /** Steps done by this optimizer on these parameters, those before this step was made included. */
  readonly count: number;
  /** Frees its programs; the state stays on the store. */
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
] as const satisfies readonly (keyof TrainingStepOptions)[];

/**
 * Builds a training step: forward pass, gradient, optimizer and its state as programs on a store. The optimizer's
 * state lives on the store by path (`optimizer/adam/mean/dense0/w`), so that a step goes on where another one, or a
 * checkpoint, left off; where the store has no such state, or that of another optimizer, it begins afresh.
 * @param store - It must have the modules that the loss applies.
 * @param options - Optimizer, feeds, loss, and what is trained.
 * @returns The step.
 * @throws GraphError for options out of range, for a module that the store lacks, for a parameter that the loss reads
 *   and that belongs to no applied module, and while another open step uses state that would be replaced; what the
 *   loss, its modules and the optimizer throw
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
  const { feeds, loss, weights, parameters, steps, resume = true } = options;
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
  });
  const asked = typeof report === "object" ? report : {};
  const runner = await stepRunner(store, graph, {
    where,
    optimizer: optimizer.name,
    checkFinite,
    checkEvery,
    costly: asked.costly ?? false,
  });
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
