import { linearMetrics, type MetricTable, paperMetrics } from "@metrigrad/metric";
import type { Application } from "@metrigrad/nn";
import { constantSchedule, exponentialSchedule, type Schedule } from "../core/schedule.ts";

/** A running average M ← ρM + (1 − ρ)·batch metric with M₀ = I, and how often it is inverted. */
export interface AverageSettings {
  /** ρ. */
  readonly decay: number;
  /** Steps between two inversions; the first comes after as many. */
  readonly refreshEvery: number;
}

/** Settings of RNGD; each has a default. */
export interface RngdSettings {
  /** γ. */
  readonly learningRate?: number;
  readonly schedule?: Schedule;
  /** The metric of every kind of module, or a function that chooses it for a model. */
  readonly metrics?: MetricTable | ((applications: readonly Application[]) => MetricTable);
  /** ε_rel: times the full trace of each matrix, added to its diagonal. */
  readonly relative?: number;
  /** ε_abs: added to the diagonal. */
  readonly absolute?: number;
  /** μ of the momentum on the preconditioned gradient; 0: none. */
  readonly momentum?: number;
  /** Null: the metric of single batches, not of a running average. */
  readonly average?: AverageSettings | null;
  /**
   * T: the metric of a batch is built and factored every T steps, and its rows and factors are kept
   * between; 1: at every step that of the batch that gives the gradient. An average has its own.
   */
  readonly refreshEvery?: number;
  /** Which forward pass the metric reads: the gradient's own, or one in inference mode. */
  readonly forward?: "train" | "infer";
}

/** Settings with nothing left open. */
export type FullSettings = Required<RngdSettings>;

/** The default: a fresh metric of the batch at hardly more than the cost of a gradient. */
export const fastSettings: FullSettings = Object.freeze({
  learningRate: 0.1,
  schedule: exponentialSchedule(0.1),
  metrics: linearMetrics,
  relative: 0,
  absolute: 0.5,
  momentum: 0.9,
  average: null,
  refreshEvery: 1,
  forward: "train",
});

/** The settings of the paper's experiment. */
export const paperSettings: FullSettings = Object.freeze({
  learningRate: 0.005,
  schedule: constantSchedule(),
  metrics: paperMetrics,
  relative: 1e-4,
  absolute: 0,
  momentum: 0,
  average: Object.freeze({ decay: 0.995, refreshEvery: 100 }),
  refreshEvery: 1,
  forward: "infer",
});

/** Settings as plain data, for records. */
export function settingsRecord(settings: FullSettings): Record<string, unknown> {
  const { metrics, schedule, ...numbers } = settings;
  const rows = typeof metrics === "function" ? metrics.name : metrics.rows.map((row) => row.source);
  return { ...numbers, schedule: schedule.name, metrics: rows };
}
