import type { Solver } from "@metrigrad/metric";
import { GraphError } from "@metrigrad/tensor";
import type { FullPrecondition } from "./settings.ts";

/** Throws GraphError if the rank or the number of steps is not a count, or if no solver that was asked for uses it. */
export function checkSolverEffort(name: string, settings: FullPrecondition): void {
  const { solver, rank, iterations } = settings;
  const asked: unknown[] = typeof solver === "object" ? Object.values(solver ?? {}) : [solver];
  const has = (...solvers: readonly Solver[]) => solvers.some((one) => asked.includes(one));
  const sketched = has("nystrom");
  checkCount(name, "rank", rank, 1, sketched, 'the solver "nystrom"');
  const least = sketched ? 0 : 1;
  checkCount(
    name,
    "iterations",
    iterations,
    least,
    has("nystrom", "cg"),
    'the solver "nystrom" or "cg"',
  );
}

function checkCount(
  where: string,
  name: string,
  count: unknown,
  least: number,
  used: boolean,
  by: string,
): void {
  if (count === null) return;
  if (!Number.isInteger(count) || (count as number) < least) {
    throw new GraphError({
      where,
      must: `${name} must be an integer of at least ${least}`,
      got: typeof count === "string" ? JSON.stringify(count) : String(count),
      todo: "leave it out for the default",
    });
  }
  if (used) return;
  throw new GraphError({
    where,
    must: `${name} is of ${by}, which must be asked for`,
    got: `${name} ${count} without it`,
    todo: 'pass { solver: "nystrom" } too, or leave it out',
  });
}
