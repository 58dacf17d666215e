import { isStream } from "@metrigrad/data";
import type { AnyFitOptions, EvaluateOptions } from "./options.ts";

/** What is evaluated after an epoch. */
export interface DueEvaluation {
  readonly train: NonNullable<EvaluateOptions["train"]>;
  readonly valid: boolean;
}

const nothing: DueEvaluation = Object.freeze({ train: false, valid: false });

/** What is evaluated after an epoch, counted from 1, where it may be due; for validation rows, where there are some. */
export function dueAfter(
  epoch: number,
  { evaluate = {}, epochs, data }: Pick<AnyFitOptions, "evaluate" | "epochs" | "data">,
): DueEvaluation {
  if (evaluate === false) return nothing;
  const { every = 1, train = !isStream(data), valid = true } = evaluate;
  return epoch % every === 0 || epoch === epochs ? { train, valid } : nothing;
}
