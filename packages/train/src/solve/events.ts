import type { OptimizerReport } from "../step/report.ts";

/** What `solve` gives after a step that it looks at. */
export interface SolveEvent {
  /** Steps done, from 1. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly steps: number;
  /** The loss before the step, without the L2 term. */
  readonly loss: number;
  /** The parts of it, by name, with their weights. */
  readonly losses: Readonly<Record<string, number>>;
  /** Own measures after the step, by name; null where it was not their turn. */
  readonly measures: Readonly<Record<string, number>> | null;
  /** Seconds of this call so far; compilation, measures and `onStep` are not in it. */
  readonly seconds: number;
  /** What the optimizer reports of the step; null where `report` does not ask for it. */
  readonly report: OptimizerReport | null;
}

/** Why a run ended. */
export type Ending = "steps" | "seconds" | "tolerance" | "signal";
