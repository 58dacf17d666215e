import type { SplitName } from "@metrigrad/data";
import type { Store } from "@metrigrad/tensor";
import type { StepTime } from "../step/stepTime.ts";
import type { BestEpoch } from "./earlyStopping.ts";
import type { EpochEvent, Evaluation } from "./events.ts";

/**
 * A training run. Iterate over it to train: each epoch gives one event.
 *
 * Training begins when the first event is asked for, and ends when you leave the loop. A run can be iterated once.
 *
 * @category Train
 */
export interface Run extends AsyncIterable<EpochEvent> {
  /**
   * The store with the parameters and the optimizer's state. Before training begins it throws a {@link GraphError}.
   */
  readonly store: Store;
  /** The events so far. If the run goes on from a saved one, they include the events of the saved run. */
  readonly history: readonly EpochEvent[];
  /** The best epoch so far; null without `earlyStopping`, and before the first evaluation. */
  readonly best: BestEpoch | null;
  /** Whether `signal` or `stop` ended the run before its last step. */
  readonly aborted: boolean;
  /**
   * Returns where the newest checkpoint is. A run with `checkpoint` that is ended by `signal`, by `stop` or by
   * leaving the loop has saved when its iteration ends.
   *
   * @returns The path of the file of tensors, which {@link loadCheckpoint} reads; its name in the folder of a page; null if there
   *   is none.
   */
  checkpoint(): string | null;
  /** The splits that the data have. */
  readonly splits: readonly SplitName[];
  /**
   * Trains to the end without a loop. If the run was saved at its end, it gives the saved events and does not train.
   *
   * @returns A promise of all events.
   */
  finish(): Promise<readonly EpochEvent[]>;
  /** Ends the training before the next step. The state stays as it is. */
  stop(): void;
  /**
   * Evaluates the model on a split, with its present parameters. It rejects with a {@link GraphError} before training
   * has begun, and with a {@link DataError} if the data do not have the split.
   *
   * @param split - The split: "train", "valid" or "test".
   * @returns A promise of the mean cost, the accuracy and your own metrics.
   */
  evaluate(split: SplitName): Promise<Evaluation>;
  /**
   * Evaluates the model on the test split, as `evaluate("test")` does.
   *
   * @returns A promise of the mean cost, the accuracy and your own metrics.
   */
  test(): Promise<Evaluation>;
  /**
   * Returns where the time of a training step goes, by the kind of the plan's steps, the longest first. About
   * one step of twelve is measured.
   *
   * @returns The times; empty before the first step, and if the backend cannot measure.
   */
  profile(): readonly StepTime[];
  /** Ends the training and frees what the run made. The store is closed too, unless you passed it. */
  close(): Promise<void>;
}
