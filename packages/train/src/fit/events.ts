import type { OptimizerReport } from "../step/report.ts";

/** How well a model does on rows of a split. Means are over the rows, by their weights where they have some. */
export interface Evaluation {
  /** Mean of −ln p, in nats, or of the loss; in inference mode, without the L2 term. */
  readonly cost: number;
  /** Share of rows whose most probable response is the target; absent for continuous likelihoods and own losses. */
  readonly accuracy?: number;
  /** Means of the own metrics, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a run gives after each epoch. What was not evaluated is absent. */
export interface EpochEvent {
  /** From 1. */
  readonly epoch: number;
  /** Epochs of the whole run. */
  readonly epochs: number;
  /** Mean cost of the training rows after the epoch, in inference mode, or mean loss of its steps; plus the L2 term. */
  readonly trainCost?: number;
  readonly trainAccuracy?: number;
  readonly trainMetrics?: Readonly<Record<string, number>>;
  /** Mean cost of the validation rows, without the L2 term. */
  readonly validCost?: number;
  /** Share of validation rows predicted right. */
  readonly validAccuracy?: number;
  readonly validMetrics?: Readonly<Record<string, number>>;
  /** Seconds of this epoch's training; evaluation, reports and `onStep` are not in it. */
  readonly seconds: number;
  /** The part of them spent on the metric: assembling, refreshing, solving; NaN where the backend cannot tell. */
  readonly secondsMetric: number;
  readonly stepsPerSecond: number;
  /** What the optimizer reported last in this epoch; null where `report` asks for nothing. */
  readonly report: OptimizerReport | null;
}

/** What a run gives after each step. */
export interface StepEvent {
  /** From 1. */
  readonly epoch: number;
  /** Steps done, over the whole run. */
  readonly step: number;
  /** Steps of the whole run; null for a stream that does not say how many rows it has. */
  readonly steps: number | null;
  /** The loss of the batch before the step, without the L2 term; absent unless `stepLoss` asks for it. */
  readonly loss?: number;
  /** What the optimizer reports of this step; null where `report` does not ask for it. */
  readonly report: OptimizerReport | null;
}
