import { MetricError } from "@metrigrad/tensor";
import type { SolveEffort, Solver } from "./block.ts";
import { defaultIterations } from "./cg.ts";

/** The default number of steps of "nystrom". */
const sketchedIterations = 10;

/** The least rank that is taken by default. */
const leastRank = 32;

/** Returns the rank of the approximation of a matrix of some order. */
export function rankOf(order: number, { rank }: SolveEffort): number {
  return Math.min(order, rank ?? Math.max(leastRank, Math.ceil(order / 10)));
}

/** Fills in the number of steps of a solver: at most two per unknown. */
export function effortOf(
  solver: Solver,
  order: number,
  { iterations = solver === "nystrom" ? sketchedIterations : defaultIterations }: SolveEffort,
): { readonly iterations: number } {
  return { iterations: Math.min(iterations, 2 * order) };
}

/** Throws MetricError for a number of steps or a rank that is not valid. */
export function checkEffort(
  where: string,
  solver: Solver,
  { iterations, rank }: SolveEffort,
): void {
  const least = solver === "nystrom" ? 0 : 1;
  checkCount(where, "iterations", iterations, least, 50);
  checkCount(where, "rank", rank, 1, 100);
}

function checkCount(
  where: string,
  name: string,
  count: unknown,
  least: number,
  example: number,
): void {
  if (count === undefined || (Number.isInteger(count) && (count as number) >= least)) return;
  throw new MetricError({
    where,
    must: `${name} must be ${least === 0 ? "an integer that is not negative" : "a positive integer"}`,
    got: String(count),
    todo: `pass { ${name}: ${example} }, or leave it out`,
  });
}
