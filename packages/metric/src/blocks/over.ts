import { MetricError } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";

/**
 * Which batches a metric is over, and how often it is made.
 *
 * - `"batch"`: the batch that gives the gradient. The metric is made at every step.
 * - `{ every: T }`: every T-th batch. Its rows and inverses are held in between.
 * - `{ window: k }`: the rows of the last k batches, each with the weights that it had in its batch. With `every` the
 *   metric is made every T-th step.
 * - `{ average: ρ, every: T }`: all batches, by the running average M ← ρM + (1 − ρ)·(metric of the batch) with
 *   M₀ = I. It is inverted every T steps, first after T.
 *
 * @category Optimizers: natural gradients
 */
export type Over =
  | "batch"
  | { readonly every: number; readonly window?: never; readonly average?: never }
  | { readonly window: number; readonly every?: number; readonly average?: never }
  | { readonly average: number; readonly every: number; readonly window?: never };

/**
 * The setting {@link Over} with all defaults filled in.
 *
 * @category Optimizers: natural gradients
 */
export interface FullOver {
  /** The number k of batches in the window; 1 for single batches. */
  readonly window: number;
  /** The number T of steps between two makings or inversions; 1 for every step. */
  readonly every: number;
  /** The decay ρ of the running average; null if there is no average. */
  readonly average: number | null;
}

/**
 * Checks a setting `over` and fills in its defaults.
 *
 * @param where - The name of the calling function, for the error.
 * @param over - The setting.
 * @returns The setting with all its fields.
 * @throws {@link MetricError} for unknown names, for numbers out of range, and for combinations that do not exist.
 * @category Optimizers: natural gradients
 */
export function fullOver(where: string, over: Over): FullOver {
  if (over === "batch") return { window: 1, every: 1, average: null };
  if (typeof over === "string") throw unknown(where, over);
  checkOptions(`${where}, over`, over, ["window", "every", "average"]);
  const { window = 1, every, average = null } = over;
  checkCount(where, "window", window);
  checkCount(where, "every", every ?? 1);
  if (average === null) {
    if (every === undefined && over.window === undefined) throw unknown(where, "an empty object");
    return { window, every: every ?? 1, average };
  }
  if (over.window !== undefined) throw unknown(where, "a window and an average");
  if (!(typeof average === "number" && average >= 0 && average <= 1)) {
    throw new MetricError({
      where: `${where}, over`,
      must: "average must be a number in [0, 1], the decay ρ",
      got: String(average),
      todo: "pass { average: 0.95, every: 20 }",
    });
  }
  if (every === undefined) throw unknown(where, "an average without `every`");
  return { window, every, average };
}

/** Says in words which batches the metric is over. */
export function overText({ window, every, average }: FullOver): string {
  const made = every === 1 ? "" : `, made every ${every} steps`;
  if (average !== null) return `running average, inverted every ${every} steps`;
  return window === 1
    ? `metric of ${every === 1 ? "each batch" : `every ${every}th batch`}`
    : `metric of the last ${window} batches${made}`;
}

function checkCount(where: string, name: string, count: unknown): void {
  if (Number.isInteger(count) && (count as number) >= 1) return;
  throw new MetricError({
    where: `${where}, over`,
    must: `${name} must be a positive integer`,
    got: String(count),
    todo: name === "window" ? "pass a number of batches" : "pass a number of steps",
  });
}

function unknown(where: string, got: string): MetricError {
  return new MetricError({
    where: `${where}, over`,
    must: 'it must be "batch", { every }, { window }, { window, every } or { average, every }',
    got,
    todo: "choose one of them",
  });
}
