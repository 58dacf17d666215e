import {
  linearMetrics,
  type MetricTable,
  type Over,
  paperMetrics,
  type SolveEffort,
  type SolvePrecision,
  type SolverChoice,
} from "@metrigrad/metric";
import type { PolynomialAverageSettings } from "../averages/polynomialAverage.ts";
import { constantSchedule, exponentialSchedule, type Schedule } from "../core/schedule.ts";
import { type QuadraticStepSettings, quadraticStep } from "../transforms/quadraticStep.ts";
import { type Adaptation, adaptationRecord } from "./adaptation.ts";
import { type BlockDamping, dampingRecord } from "./blockDamping.ts";

/**
 * The values that damping is a multiple of: the identity, the diagonal of the metric, or the largest values that the
 * diagonal had so far.
 *
 * @category Optimizers: natural gradients
 */
export type DampedBy = "identity" | "diagonal" | "largest";

/**
 * Settings of preconditioning by relative Fisher information; each has a default.
 *
 * The defaults are those of {@link precondition} and {@link rngd}. {@link engd} and {@link stochasticReconfiguration}
 * state where theirs differ.
 *
 * @category Optimizers: natural gradients
 */
export interface PreconditionSettings {
  /**
   * The table of metrics: a row for every way in which parameters act, or for a kind of module; `linearMetrics` by
   * default.
   */
  readonly metrics?: MetricTable;
  /** The relative damping ε_rel: this times the full trace of each matrix is added to its diagonal; 0 by default. */
  readonly relative?: number;
  /** The absolute damping ε_abs, which is added to the diagonal; 2 by default. */
  readonly absolute?: number;
  /** The damping of single blocks, in place of the two settings above; null by default. */
  readonly damping?: BlockDamping | null;
  /**
   * The values that λ multiplies; `"identity"` by default.
   *
   * `"diagonal"` is the diagonal of the metric, scaled to the trace of the identity (Marquardt 1963). `"largest"`
   * takes the largest values that the diagonal had so far (Moré 1978). With these two and relative damping, a step
   * does not depend on the units of the parameters.
   */
  readonly dampedBy?: DampedBy;
  /**
   * How a factor of all damping follows the training: by how well a quadratic model predicts the loss, or by what a
   * line search takes. Null, the default, keeps it at 1.
   */
  readonly adapt?: Adaptation | null;
  /**
   * The batches that the metric is over; `"batch"` by default.
   *
   * The choices are `"batch"`, `{ every: T }`, `{ window: k }`, `{ window: k, every: T }` and `{ average: ρ, every: T
   * }`.
   */
  readonly over?: Over;
  /**
   * The number of bytes that the metric may keep at most, as `explain` counts them; unlimited by default.
   *
   * If the preferred solvers keep more, exact ones that keep less take their place. If none fits, a step is refused.
   */
  readonly memoryBudget?: number;
  /**
   * The number of multiply-adds that the metric may take per step at most, as `explain` counts them; 10¹¹ by default.
   *
   * What is built every T steps counts a T-th. The default is some seconds of one core: eigenvectors of order 2,200
   * take that much (K-FAC of as many inputs), or Cholesky factors of order 8,400. If a step takes more, it is refused
   * with a list of what takes less.
   */
  readonly workBudget?: number;
  /** The solver for all blocks, or solvers by path. With null, the default, the cost model chooses. */
  readonly solver?: SolverChoice | null;
  /**
   * The rank r of the sketch of the solver `"nystrom"`, which takes products with rows only. Use it for more rows and
   * parameters than exact solvers can take. With null, the default, it is a tenth of the rows or of the parameters,
   * whichever are fewer.
   */
  readonly rank?: number | null;
  /**
   * The number of steps of conjugate gradients of the solvers `"cg"` and `"nystrom"`. With null, the default, it is
   * 50 and 10. With 0, `"nystrom"` takes the sketch itself as the metric.
   */
  readonly iterations?: number | null;
  /**
   * The floats in which the metric is made, factored and solved; `"store"` by default, which are the floats of the
   * store.
   *
   * With `"f64"` they have 64 bits, even in a model of 32. What is held between steps then has two floats of the
   * store, 48 bits. In 32 bits a damped step is off by 1e-3 and more once λ is below 1e-4 of the trace. The gpu
   * backend has 32 bits only, and refuses `"f64"`.
   */
  readonly solvePrecision?: SolvePrecision;
  /**
   * The forward pass that the metric reads: the one of the gradient (`"train"`, the default), or one in inference
   * mode (`"infer"`).
   */
  readonly forward?: "train" | "infer";
}

/**
 * Settings of {@link rngd}; each has a default.
 *
 * @category Optimizers: natural gradients
 */
export interface RngdSettings extends PreconditionSettings {
  /** The learning rate γ; 0.2 by default. */
  readonly learningRate?: number;
  /** A factor of γ over the run; `exponentialSchedule(0.03)` by default. */
  readonly schedule?: Schedule;
  /** The momentum μ on the preconditioned gradient, in [0, 1]; 0.9 by default. With 0 there is none. */
  readonly momentum?: number;
  /** The exact step of a quadratic model, in place of γ, its schedule and μ; null by default. */
  readonly quadratic?: QuadraticStepSettings | null;
  /** The largest length of a step, √(γ²δ'gδ) in √nats; null by default, which is no bound. */
  readonly klClip?: number | null;
  /**
   * The rise of the loss of its batch, in nats, above which a step is undone. With null, the default, no step is
   * undone.
   */
  readonly reject?: number | null;
  /**
   * The average of the points of the steps that is evaluated, see {@link polynomialAverage}; `{ power: 8 }` by
   * default. With null there is none, and the parameters are those of the last step.
   */
  readonly average?: PolynomialAverageSettings | null;
}

/** The settings of preconditioning with all defaults filled in. */
export type FullPrecondition = Required<PreconditionSettings>;

/** The settings of RNGD with all defaults filled in. */
export type FullSettings = Required<RngdSettings>;

/** The default settings: the metric of the batch at hand, at hardly more than the cost of a gradient. */
export const batchSettings: FullPrecondition = Object.freeze({
  metrics: linearMetrics,
  relative: 0,
  absolute: 2,
  damping: null,
  dampedBy: "identity",
  adapt: null,
  over: "batch",
  memoryBudget: Number.POSITIVE_INFINITY,
  workBudget: 1e11,
  solver: null,
  rank: null,
  iterations: null,
  solvePrecision: "store",
  forward: "train",
});

/** The default settings of RNGD. */
export const fastSettings: FullSettings = Object.freeze({
  ...batchSettings,
  learningRate: 0.2,
  schedule: exponentialSchedule(0.03),
  momentum: 0.9,
  quadratic: null,
  klClip: null,
  reject: null,
  average: Object.freeze({ power: 8 }),
});

/** The settings of the paper's experiment. */
export const paperSettings: FullSettings = Object.freeze({
  ...fastSettings,
  learningRate: 0.005,
  schedule: constantSchedule(),
  metrics: paperMetrics,
  relative: 1e-4,
  absolute: 0,
  momentum: 0,
  average: null,
  over: Object.freeze({ average: 0.995, every: 100 }),
  forward: "infer",
});

/** Returns how far solvers go that are not exact. */
export function effortOf({ rank, iterations }: FullPrecondition): SolveEffort {
  return { ...(rank !== null && { rank }), ...(iterations !== null && { iterations }) };
}

/**
 * Returns the settings of preconditioning as plain data for records. A setting that is off by default is there only
 * if it is on.
 */
export function preconditionRecord(settings: FullPrecondition): Record<string, unknown> {
  const { metrics, damping, dampedBy, adapt, relative, absolute, over, forward } = settings;
  const { memoryBudget, workBudget, solver, rank, iterations, solvePrecision } = settings;
  return {
    relative,
    absolute,
    ...(damping === null ? {} : { damping: dampingRecord(damping) }),
    ...(dampedBy === "identity" ? {} : { dampedBy }),
    ...(adapt === null ? {} : { adapt: adaptationRecord(adapt) }),
    over,
    ...(memoryBudget === Number.POSITIVE_INFINITY ? {} : { memoryBudget }),
    ...(workBudget === batchSettings.workBudget ? {} : { workBudget }),
    ...(solver === null ? {} : { solver }),
    ...(rank === null ? {} : { rank }),
    ...(iterations === null ? {} : { iterations }),
    ...(solvePrecision === "store" ? {} : { solvePrecision }),
    forward,
    metrics: rowsRecord(metrics),
  };
}

/** Returns the name of a table, the sources of its rows, and what parameters without a row take. */
function rowsRecord({ name, rows, others }: MetricTable): string[] {
  const sources = [name, ...rows.map(({ source }) => source)];
  return others === "plain" ? [...sources, "others: plain gradient"] : sources;
}

/** Returns the settings as plain data for records. */
export function settingsRecord(settings: FullSettings): Record<string, unknown> {
  const { learningRate, schedule, momentum, quadratic, klClip, reject, average } = settings;
  return {
    learningRate,
    schedule: schedule.name,
    momentum,
    ...(quadratic === null ? {} : { quadratic: quadraticStep(quadratic).settings }),
    ...(klClip === null ? {} : { klClip }),
    ...(reject === null ? {} : { reject }),
    ...(average === null ? {} : { average }),
    ...preconditionRecord(settings),
  };
}
