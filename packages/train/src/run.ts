import type { Store } from "@metrigrad/tensor";
import type { SplitName } from "./data/resident.ts";
import type { Evaluation } from "./evaluation.ts";
import type { EpochEvent } from "./events.ts";

/**
 * A training run: iterate over it to train, one event per epoch. Nothing happens before the first
 * event is asked for, and leaving the loop ends the training; a run is iterated once.
 */
export interface Run extends AsyncIterable<EpochEvent> {
  /** Where the values live. Throws GraphError before training began. */
  readonly store: Store;
  /** The events so far. */
  readonly epochs: readonly EpochEvent[];
  /** Trains to the end without a loop and gives all events. */
  finish(): Promise<readonly EpochEvent[]>;
  /** How well the model does as it stands on a split. Throws GraphError before training began. */
  evaluate(split: SplitName): Promise<Evaluation>;
  /** The same on the test split. */
  test(): Promise<Evaluation>;
  /** Ends training and frees what the run made, the store included unless it was given. */
  close(): Promise<void>;
}
