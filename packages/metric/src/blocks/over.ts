import { MetricError } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";

/**
 * Which batches a metric is over, and how often it is made.
 * - `"batch"`: that of the batch that gives the gradient, made at every step.
 * - `{ every: T }`: that of every T-th batch; its rows and inverses are held between.
 * - `{ window: k }`: of the rows of the last k batches, each with the weights that it had in its batch; with `every` it
 *   is made every T-th step.
 * - `{ average: ρ, every: T }`: the running average M ← ρM + (1 − ρ)·batch metric of all batches, M₀ = I; it is inverted
 *   every T steps, first after T.
 */
export type Over =
  | "batch"
  | { readonly every: number; readonly window?: never; readonly average?: never }
  | { readonly window: number; readonly every?: number; readonly average?: never }
  | { readonly average: number; readonly every: number; readonly window?: never };

/** The same with nothing left open. */
export interface FullOver {
  /** k; 1: single batches. */
  readonly window: number;
  /** T; 1: at every step. */
  readonly every: number;
  /** ρ, or null for no average. */
  readonly average: number | null;
}

/** What `over` says. Throws MetricError for what it cannot be. */
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

/** Over which batches, in words. */
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
