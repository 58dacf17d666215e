import type { EpochRecord } from "../record/epochRecord.ts";
import type { Recording, RunLabels } from "../record/record.ts";
import type { StepTime } from "../step/stepTime.ts";

/** The first event of a run. */
export interface BeginEvent extends RunLabels {
  readonly type: "begin";
  /** The version of the format. */
  readonly schema: 1;
  /** The time, as ISO 8601 says it. */
  readonly time: string;
  /** Whether the run goes on from a checkpoint, and takes the place of the run before it in the file. */
  readonly resumed: boolean;
  readonly environment: Recording["environment"];
  /** The number of epochs of the whole run. */
  readonly epochs: number;
  /** The number of steps of the whole run; null if it is not known. */
  readonly steps: number | null;
  /** The epochs that were done before. */
  readonly history: readonly EpochRecord[];
}

/** A step that was done. */
export interface StepDone {
  readonly type: "step";
  readonly epoch: number;
  readonly step: number;
  /** The loss of the batch before the step; null if it was not read. */
  readonly loss: number | null;
}

/** An epoch that was done. */
export interface EpochDone {
  readonly type: "epoch";
  readonly epoch: EpochRecord;
  /** Where the time of a step goes, so far. */
  readonly profile: readonly StepTime[];
}

/** The last event of a run. */
export interface EndEvent {
  readonly type: "end";
  readonly time: string;
  /** Why it ended: all epochs are done, early stopping, its user, or an error. */
  readonly reason: LiveEnding;
  /** What the error says; null without one. */
  readonly message: string | null;
}

/**
 * Why a run ended: all epochs were done, early stopping, its user, or an error.
 *
 * @category Train: files and reports
 */
export type LiveEnding = "epochs" | "earlyStopping" | "stopped" | "error";

export type LiveEvent = BeginEvent | StepDone | EpochDone | EndEvent;

/** The name of the file in a folder. */
export const eventsFile = "events.jsonl";
