import { isStream } from "@metrigrad/data";

/**
 * Options of the evaluation between the epochs of {@link fit}.
 *
 * @category Train
 */
export interface EvaluateOptions {
  /** Epochs between two evaluations; 1 by default. The last epoch is always evaluated. */
  readonly every?: number;
  /**
   * Which training rows are evaluated: all (`true`), none (`false`), or a number of rows drawn at random.
   *
   * `"steps"` takes the mean of the losses of the epoch's steps instead. It needs no pass of its own. Each loss is of
   * before its step and in training mode, and `trainAccuracy` and `trainMetrics` are absent. The default is `true`
   * for a data set and `false` for a stream.
   */
  readonly train?: boolean | "steps" | { readonly rows: number };
  /** Whether the validation rows are evaluated; true by default. */
  readonly valid?: boolean;
}

/** The evaluations that are due after an epoch. */
export interface DueEvaluation {
  readonly train: NonNullable<EvaluateOptions["train"]>;
  readonly valid: boolean;
}

/** The options that say when to evaluate. */
interface Evaluated {
  readonly evaluate?: EvaluateOptions | false;
  readonly epochs: number;
  readonly data: Parameters<typeof isStream>[0];
}

const nothing: DueEvaluation = Object.freeze({ train: false, valid: false });

/**
 * Returns the evaluations that are due after an epoch, counted from 1. `valid` may be true without validation rows.
 */
export function dueAfter(epoch: number, { evaluate = {}, epochs, data }: Evaluated): DueEvaluation {
  if (evaluate === false) return nothing;
  const { every = 1, train = !isStream(data), valid = true } = evaluate;
  return epoch % every === 0 || epoch === epochs ? { train, valid } : nothing;
}
