import type { OptimizerReport } from "../step/report.ts";

/**
 * The result of an evaluation of a model on rows of a split. Means are over the rows, weighted if the split has
 * weights.
 *
 * @category Train
 */
export interface Evaluation {
  /** The mean of −ln p in nats, or of the loss. It is computed in inference mode and has no L2 term. */
  readonly cost: number;
  /**
   * The share of rows whose most probable response is the target, in [0, 1]. It is absent for continuous likelihoods
   * and own losses.
   */
  readonly accuracy?: number;
  /** The means of your own metrics, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * What a run gives after each epoch. A quantity that is not evaluated is absent.
 *
 * @category Train
 */
export interface EpochEvent {
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The number of epochs of the whole run. */
  readonly epochs: number;
  /**
   * The mean cost of the training rows after the epoch, in inference mode, plus the L2 term. With
   * `evaluate: { train: "steps" }` it is the mean loss of the epoch's steps, plus the L2 term.
   */
  readonly trainCost?: number;
  /** The share of training rows that are predicted right, in [0, 1]. */
  readonly trainAccuracy?: number;
  /** The means of your own metrics over the training rows, by name. */
  readonly trainMetrics?: Readonly<Record<string, number>>;
  /** The mean cost of the validation rows, without the L2 term. */
  readonly validCost?: number;
  /** The share of validation rows that are predicted right, in [0, 1]. */
  readonly validAccuracy?: number;
  /** The means of your own metrics over the validation rows, by name. */
  readonly validMetrics?: Readonly<Record<string, number>>;
  /** The seconds of this epoch's training steps. Evaluations, reports and `onStep` do not count. */
  readonly seconds: number;
  /** The part of `seconds` that the metric takes: to assemble, refresh and solve. NaN if the backend cannot tell. */
  readonly secondsMetric: number;
  /** The steps of this epoch divided by `seconds`. */
  readonly stepsPerSecond: number;
  /** The optimizer's last report in this epoch; null if there is none. */
  readonly report: OptimizerReport | null;
}

/**
 * What `onStep` of {@link fit} gets after each step.
 *
 * @category Train
 */
export interface StepEvent {
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The number of steps done in the whole run, this one included. */
  readonly step: number;
  /** The number of steps of the whole run; null for a stream that does not say how many rows it has. */
  readonly steps: number | null;
  /** The loss of the batch before the step, without the L2 term. It is absent unless `stepLoss` is true. */
  readonly loss?: number;
  /** The optimizer's report of this step; null if `report` does not ask for one. */
  readonly report: OptimizerReport | null;
}
