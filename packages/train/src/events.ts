import type { OptimizerReport } from "./step/told.ts";

/** What a run tells after each epoch. */
export interface EpochEvent {
  /** From 1. */
  readonly epoch: number;
  /** Epochs of the whole run. */
  readonly epochs: number;
  /** Mean of −ln p over all training rows after the epoch, in inference mode, plus the L2 term; in nats. */
  readonly trainCost: number;
  /** Mean of −ln p over the validation rows, without the L2 term; NaN without rows. */
  readonly validCost: number;
  /** Share of validation rows predicted right; NaN without rows, and for continuous likelihoods. */
  readonly validAccuracy: number;
  /** Seconds of this epoch's training; evaluation and compilation are not in it. */
  readonly seconds: number;
  /** The part of them spent on the metric: assembling, refreshing, solving; NaN where the backend cannot tell. */
  readonly secondsMetric: number;
  readonly stepsPerSecond: number;
  /** What the optimizer told last in this epoch; null where `report` asks for nothing. */
  readonly report: OptimizerReport | null;
}

/** What a run tells after each step, for progress displays. */
export interface StepEvent {
  /** From 1. */
  readonly epoch: number;
  /** Steps done, over the whole run. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly steps: number;
  /** What the optimizer tells of this step; null where `report` does not ask for it. */
  readonly report: OptimizerReport | null;
}
