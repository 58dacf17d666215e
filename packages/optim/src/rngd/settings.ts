import {
  linearMetrics,
  type MetricChoice,
  type MetricTable,
  paperMetrics,
  type SolverChoice,
} from "@metrigrad/metric";
import { constantSchedule, exponentialSchedule, type Schedule } from "../core/schedule.ts";
import { type QuadraticStepSettings, quadraticStep } from "../transforms/quadraticStep.ts";
import { type AdaptSettings, adaptRecord } from "./adapt.ts";
import { type BlockDamping, dampingRecord } from "./blockDamping.ts";

/** A running average M ← ρM + (1 − ρ)·batch metric with M₀ = I, and how often it is inverted. */
export interface AverageSettings {
  /** ρ. */
  readonly decay: number;
  /** Steps between two inversions; the first comes after as many. */
  readonly refreshEvery: number;
}

/** Settings of preconditioning by relative Fisher information; each has a default. */
export interface PreconditionSettings {
  /** The metric of every kind of module, or a function that chooses it for a model. */
  readonly metrics?: MetricChoice;
  /** ε_rel: times the full trace of each matrix, added to its diagonal. */
  readonly relative?: number;
  /** ε_abs: added to the diagonal. */
  readonly absolute?: number;
  /** Damping of single blocks, instead of the two above. */
  readonly damping?: BlockDamping | null;
  /** Multiplies all damping by a factor that follows how well a quadratic model predicts the loss. */
  readonly adapt?: AdaptSettings | null;
  /** Null: the metric of single batches, not of a running average. */
  readonly average?: AverageSettings | null;
  /**
   * k: the metric is over the rows of the last k batches, each with the weights that it had when it was seen; 1:
   * of single batches. Not beside an average.
   */
  readonly window?: number;
  /**
   * T: the metric of a batch is built and factored every T steps, and its rows and inverses are kept
   * between; 1: at every step that of the batch that gives the gradient. An average has its own.
   */
  readonly refreshEvery?: number;
  /**
   * Most bytes that the metric may keep, as `explain` counts them; unlimited by default. Where the preferred
   * solvers keep more, exact ones that keep less take their place; where none fits, a step is refused.
   */
  readonly memoryBudget?: number;
  /** Solvers that must be taken, for all blocks or by path; null: those of the cost model. */
  readonly solver?: SolverChoice | null;
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
}

/** Settings of preconditioning with nothing left open. */
export type FullPrecondition = Required<PreconditionSettings>;

/** Settings with nothing left open. */
export type FullSettings = Required<RngdSettings>;

/** The default metric: that of the batch at hand, at hardly more than the cost of a gradient. */
export const batchSettings: FullPrecondition = Object.freeze({
  metrics: linearMetrics,
  relative: 0,
  absolute: 0.5,
  damping: null,
  adapt: null,
  average: null,
  window: 1,
  refreshEvery: 1,
  memoryBudget: Number.POSITIVE_INFINITY,
  solver: null,
  forward: "train",
});

/** The default of RNGD. */
export const fastSettings: FullSettings = Object.freeze({
  ...batchSettings,
  learningRate: 0.1,
  schedule: exponentialSchedule(0.1),
  momentum: 0.9,
  quadratic: null,
  klClip: null,
  reject: null,
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
  average: Object.freeze({ decay: 0.995, refreshEvery: 100 }),
  forward: "infer",
});

/** Settings of preconditioning as plain data, for records: what is off by default only where it is on. */
export function preconditionRecord(settings: FullPrecondition): Record<string, unknown> {
  const { metrics, damping, adapt, relative, absolute, average, refreshEvery, forward } = settings;
  const { window, memoryBudget, solver } = settings;
  const rows = typeof metrics === "function" ? metrics.name : rowsRecord(metrics);
  return {
    relative,
    absolute,
    ...(damping === null ? {} : { damping: dampingRecord(damping) }),
    ...(adapt === null ? {} : { adapt: adaptRecord(adapt) }),
    average,
    ...(window === 1 ? {} : { window }),
    ...(refreshEvery === 1 ? {} : { refreshEvery }),
    ...(memoryBudget === Number.POSITIVE_INFINITY ? {} : { memoryBudget }),
    ...(solver === null ? {} : { solver }),
    forward,
    metrics: rows,
  };
}

/** Where the rows of a table come from, and what others take. */
function rowsRecord({ rows, others }: MetricTable): string[] {
  const sources = rows.map(({ source }) => source);
  return others === "plain" ? [...sources, "others: plain gradient"] : sources;
}

/** Settings as plain data, for records. */
export function settingsRecord(settings: FullSettings): Record<string, unknown> {
  const { learningRate, schedule, momentum, quadratic, klClip, reject } = settings;
  return {
    learningRate,
    schedule: schedule.name,
    momentum,
    ...(quadratic === null ? {} : { quadratic: quadraticStep(quadratic).settings }),
    ...(klClip === null ? {} : { klClip }),
    ...(reject === null ? {} : { reject }),
    ...preconditionRecord(settings),
  };
}
