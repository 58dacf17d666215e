import type { OptimizerReport } from "../step/report.ts";

/**
 * What {@link solve} gives after a step whose loss it reads.
 *
 * @category Residuals and differential equations
 */
export interface SolveEvent {
  /** The number of steps done, from 1. */
  readonly step: number;
  /** The number of steps of the whole run. */
  readonly steps: number;
  /** The loss before the step, without the L2 term. */
  readonly loss: number;
  /** The loss of each part by name, multiplied by its weight. */
  readonly losses: Readonly<Record<string, number>>;
  /** Your own measures after the step, by name; null if this step is not measured. */
  readonly measures: Readonly<Record<string, number>> | null;
  /** The seconds of this call so far. Compilation, measures and `onStep` do not count. */
  readonly seconds: number;
  /** The optimizer's report of the step; null if `report` does not ask for one. */
  readonly report: OptimizerReport | null;
}

/**
 * The reason why a run of {@link solve} ended: its last step, its time, its tolerance, or a signal.
 *
 * @category Residuals and differential equations
 */
export type Ending = "steps" | "seconds" | "tolerance" | "signal";
