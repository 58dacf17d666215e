import { GraphError, type Store, type Tensor, type VariableSpec } from "@metrigrad/tensor";
import type { Evaluation } from "./events.ts";
import type { EarlyStopping } from "./options.ts";

/**
 * The best epoch of a run so far.
 *
 * @category Train
 */
export interface BestEpoch {
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The value of the early stopping's metric after that epoch. */
  readonly value: number;
}

/** Compares the evaluations of a run, and keeps the best one. */
export interface Stopper {
  readonly best: BestEpoch | null;
  /** Compares an evaluation with the best one. Returns true if the run should end. */
  measure(epoch: number, evaluation: Evaluation): Promise<boolean>;
  /** Writes the best parameters to the store. */
  restore(): Promise<void>;
  /** The number of evaluations in a row that were no better. */
  readonly waited: number;
  /** The best values by path; empty if they are not kept. */
  readonly kept: ReadonlyMap<string, Tensor>;
  /** Goes on from the state of another stopper with the same settings. */
  resume(from: StopperState, kept: ReadonlyMap<string, Tensor>): void;
}

/** The state of a stopper that is saved, besides the best values. */
export interface StopperState {
  readonly best: BestEpoch | null;
  readonly waited: number;
}

/** Makes a stopper. It keeps the best values of the learned parameters and statistics on the host. */
export function stopper(
  settings: EarlyStopping,
  learned: readonly VariableSpec[],
  store: Store,
): Stopper {
  const { patience, metric = "cost", minDelta = 0, restore = true } = settings;
  const { higher = metric === "accuracy" } = settings;
  let best: BestEpoch | null = null;
  let waited = 0;
  let kept: ReadonlyMap<string, Tensor> = new Map();
  const paths = learned.map((spec) => store.pathOf(spec) as string);
  return {
    get waited() {
      return waited;
    },
    get kept() {
      return kept;
    },
    resume(from, values) {
      ({ best, waited } = from);
      kept = values;
    },
    get best() {
      return best;
    },
    async measure(epoch, evaluation) {
      const value = measured(metric, evaluation);
      const gain =
        best === null ? Number.POSITIVE_INFINITY : (value - best.value) * (higher ? 1 : -1);
      // NaN is never better than another value. If the first value is NaN, any number is better.
      if (gain > minDelta || (best !== null && Number.isNaN(best.value) && !Number.isNaN(value))) {
        best = Object.freeze({ epoch, value });
        waited = 0;
        if (restore) {
          const read = async (path: string) => [path, await store.read(path)] as const;
          kept = new Map(await Promise.all(paths.map(read)));
        }
        return false;
      }
      waited++;
      return waited >= patience;
    },
    async restore() {
      for (const [path, value] of kept) await store.write(path, value);
    },
  };
}

function measured(metric: string, { cost, accuracy, metrics }: Evaluation): number {
  const value = metric === "cost" ? cost : (metrics[metric] ?? accuracy);
  if (value !== undefined) return value;
  throw new GraphError({
    where: "fit, earlyStopping",
    must: "the likelihood must be discrete to have an accuracy",
    got: "a continuous one",
    todo: 'take "cost", or a metric of your own',
  });
}
