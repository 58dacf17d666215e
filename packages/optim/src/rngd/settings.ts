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

/** What damping is added along. */
export type DampedBy = "identity" | "diagonal" | "largest";

/** Settings of preconditioning by relative Fisher information; each has a default. */
export interface PreconditionSettings {
  /** The metric of every way in which parameters act, and of kinds of modules. */
  readonly metrics?: MetricTable;
  /** ε_rel: times the full trace of each matrix, added to its diagonal. */
  readonly relative?: number;
  /** ε_abs: added to the diagonal. */
  readonly absolute?: number;
  /** Damping of single blocks, instead of the two above. */
  readonly damping?: BlockDamping | null;
  /**
   * What λ multiplies: `"identity"`; `"diagonal"` for the diagonal of the metric, at the trace of the identity (Marquardt
   * 1963), or `"largest"` for the largest values that it had so far (Moré 1978). With relative damping a step by these does not
   * depend on the units of the parameters.
   */
  readonly dampedBy?: DampedBy;
  /** Multiplies all damping by a factor that follows how well a quadratic model predicts the loss. */
  readonly adapt?: Adaptation | null;
  /**
   * Which batches the metric is over: `"batch"`, `{ every: T }`, `{ window: k }`, `{ window: k, every: T }` or
   * `{ average: ρ, every: T }`.
   */
  readonly over?: Over;
  /**
   * Most bytes that the metric may keep, as `explain` counts them; unlimited by default. Where the preferred
   * solvers keep more, exact ones that keep less take their place; where none fits, a step is refused.
   */
  readonly memoryBudget?: number;
  /**
   * Most multiply-adds that the metric may take per step, as `explain` counts them: what is built every T steps
   * counts a T-th; 10¹¹ by default, some seconds of one core, which eigenvectors of order 2,200 take (K-FAC of as many inputs) and
   * Cholesky factors of order 8,400. Beyond it a step is refused with what takes less.
   */
  readonly workBudget?: number;
  /** Solvers that must be taken, for all blocks or by path; null: those of the cost model. */
  readonly solver?: SolverChoice | null;
  /**
   * r, the rank of the sketch of the solver "nystrom", which takes products with rows only: for more rows and parameters than
   * exact solvers can take. null: a tenth of the rows or the parameters, whichever are fewer.
   */
  readonly rank?: number | null;
  /**
   * Steps of conjugate gradients of the solvers "cg" and "nystrom"; 0 with "nystrom" takes the sketch itself for the metric.
   * null: 50 and 10.
   */
  readonly iterations?: number | null;
  /**
   * `"f64"`: the metric is made, factored and solved in floats of 64 bits, in a model of 32 too; what is held
   * between steps has two of the store's, 48 bits. `"store"`: in the floats of the store. A damped step in 32 bits
   * is off by 1e-3 and more once λ is below 1e-4 of the trace. The gpu backend has 32 bits alone, where a step is refused.
   */
  readonly solvePrecision?: SolvePrecision;
  /** Which forward pass the metric reads: the gradient's own, or one in inference mode. */
  readonly forward?: "train" | "infer";
}

/** Settings of RNGD; each has a default. */
export interface RngdSettings extends PreconditionSettings {
  /** γ. */
  readonly learningRate?: number;
  readonly schedule?: Schedule;
  /** μ of the momentum on the preconditioned gradient; 0: none. */
  readonly momentum?: number;
  /** The exact step of a quadratic model in place of γ, its schedule and μ; null by default. */
  readonly quadratic?: QuadraticStepSettings | null;
  /** Most length of a step, √(γ²δ'gδ) in √nats; null: any. */
  readonly klClip?: number | null;
  /** Undo a step that raises the loss of its batch by more than so many nats; null: never. */
  readonly reject?: number | null;
  /** The average of the points of the steps that is evaluated, see `polynomialAverage`; null: none, parameters are those of the last step. */
  readonly average?: PolynomialAverageSettings | null;
}

/** Settings of preconditioning with nothing left open. */
export type FullPrecondition = Required<PreconditionSettings>;

/** Settings with nothing left open. */
export type FullSettings = Required<RngdSettings>;

/** The default metric: that of the batch at hand, at hardly more than the cost of a gradient. */
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

/** The default of RNGD. */
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

/** How far solvers go that are not exact. */
export function effortOf({ rank, iterations }: FullPrecondition): SolveEffort {
  return { ...(rank !== null && { rank }), ...(iterations !== null && { iterations }) };
}

/** Settings of preconditioning as plain data, for records: what is off by default only where it is on. */
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

/** What a table is called, where its rows come from, and what others take. */
function rowsRecord({ name, rows, others }: MetricTable): string[] {
  const sources = [name, ...rows.map(({ source }) => source)];
  return others === "plain" ? [...sources, "others: plain gradient"] : sources;
}

/** Settings as plain data, for records. */
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
