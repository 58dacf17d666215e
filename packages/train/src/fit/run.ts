import type { SplitName } from "@metrigrad/data";
import type { Store } from "@metrigrad/tensor";
import type { BestEpoch } from "./earlyStopping.ts";
import type { EpochEvent, Evaluation } from "./events.ts";

/**
 * A training run: iterate over it to train, one event per epoch. Nothing happens before the first
 * event is asked for, and leaving the loop ends the training; a run is iterated once.
 */
export interface Run extends AsyncIterable<EpochEvent> {
  /** Where the values live. Throws GraphError before training began. */
  readonly store: Store;
  /** The events so far, those of the saved run that it goes on from included. */
  readonly history: readonly EpochEvent[];
  /** The best epoch so far, where `earlyStopping` says what is best; else null. */
  readonly best: BestEpoch | null;
  /** Whether `signal` or `stop` ended it before its last step. */
  readonly aborted: boolean;
  /**
   * Tells where the newest checkpoint is. A run with `checkpoint` that is ended by `signal`, by `stop` or by leaving the loop
   * has saved when its iteration ends.
   *
   * @returns The path of the tensors, which {@link loadCheckpoint} reads; null if there is none.
   */
  checkpoint(): string | null;
  /** The splits that the data have rows for. */
  readonly splits: readonly SplitName[];
  /** Trains to the end without a loop and gives all events. A run that was saved at its end gives those of then. */
  finish(): Promise<readonly EpochEvent[]>;
  /** Ends the training before the next step; the state stays as it is. */
  stop(): void;
  /**
   * How well the model does as it stands on a split.
   * @throws GraphError before training began, DataError for a split that the data do not have
   */
  evaluate(split: SplitName): Promise<Evaluation>;
  /** The same on the test split. */
  test(): Promise<Evaluation>;
  /** Ends training and frees what the run made, the store included unless it was given. */
  close(): Promise<void>;
}
