import { isStream } from "@metrigrad/data";

/** What is evaluated between epochs. */
export interface EvaluateOptions {
  /** Epochs between evaluations; 1 by default. The last epoch is always evaluated. */
  readonly every?: number;
  /**
   * The training rows: all, none, or so many of them by chance; all by default, none of a stream. `"steps"` takes the
   * mean of the losses of the epoch's steps, each before its step and in training mode, which costs no pass of its own;
   * `trainAccuracy` and `trainMetrics` are absent then.
   */
  readonly train?: boolean | "steps" | { readonly rows: number };
  /** The validation rows; true by default. */
  readonly valid?: boolean;
}

/** What is evaluated after an epoch. */
export interface DueEvaluation {
  readonly train: NonNullable<EvaluateOptions["train"]>;
  readonly valid: boolean;
}

/** What says when to evaluate. */
interface Evaluated {
  readonly evaluate?: EvaluateOptions | false;
  readonly epochs: number;
  readonly data: Parameters<typeof isStream>[0];
}

const nothing: DueEvaluation = Object.freeze({ train: false, valid: false });

/** What is evaluated after an epoch, counted from 1, where it may be due; for validation rows, where there are some. */
export function dueAfter(epoch: number, { evaluate = {}, epochs, data }: Evaluated): DueEvaluation {
  if (evaluate === false) return nothing;
  const { every = 1, train = !isStream(data), valid = true } = evaluate;
  return epoch % every === 0 || epoch === epochs ? { train, valid } : nothing;
}
