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

/** Follows how a run gets better. */
export interface Stopper {
  readonly best: BestEpoch | null;
  /** Takes note of an evaluation; true where the run should end. */
  measure(epoch: number, evaluation: Evaluation): Promise<boolean>;
  /** Takes the best parameters back. */
  restore(): Promise<void>;
  /** Evaluations in a row that were no better. */
  readonly waited: number;
  /** The best values by path; empty where they are not kept. */
  readonly kept: ReadonlyMap<string, Tensor>;
  /** Goes on from what another one of the same settings was. */
  resume(from: StopperState, kept: ReadonlyMap<string, Tensor>): void;
}

/** What of a stopper is saved beside the best values. */
export interface StopperState {
  readonly best: BestEpoch | null;
  readonly waited: number;
}

/** Keeps the best values of what is learned, parameters and statistics, on the host. */
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
      // What is not a number is no better, and where it is the first, anything is better than it.
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
