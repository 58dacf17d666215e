import { MetricError } from "@metrigrad/tensor";
import type { Solver } from "../blocks/block.ts";

/**
 * One solver for every block, or solvers by the path of a subsystem. The cost model chooses for the paths that are
 * left out.
 *
 * @category Metrics: blocks
 */
export type SolverChoice = Solver | Readonly<Record<string, Solver>>;

/** A block that is to be solved, and its place in the model. */
interface Solved {
  readonly path: string;
  readonly params: readonly string[];
  readonly form: string;
  /** The solvers that the block has. */
  readonly solvers: readonly Solver[];
}

/**
 * Returns the solver that a choice names for each block, in order; undefined if it names none.
 *
 * Throws MetricError for a path that no block has, and for a solver that the block does not have.
 */
export function chosenSolvers(
  where: string,
  choice: SolverChoice | null | undefined,
  blocks: readonly Solved[],
): (Solver | undefined)[] {
  const nameOf = ({ path, params }: Solved) => path || params.join(" + ");
  if (choice === null || choice === undefined) return blocks.map(() => undefined);
  if (typeof choice === "object") checkPaths(where, choice, blocks.map(nameOf));
  return blocks.map((one) => {
    const solver = typeof choice === "object" ? choice[nameOf(one)] : choice;
    if (solver !== undefined) checkSolver(`${where}, solver of ${nameOf(one)}`, solver, one);
    return solver;
  });
}

function checkSolver(where: string, solver: Solver, { form, solvers }: Solved): void {
  if (solvers.includes(solver)) return;
  throw new MetricError({
    where,
    must: `a block by ${form} can be solved by ${solvers.join(", ")}`,
    got: String(solver),
    todo: "choose one of them, name solvers by path ({ dense0: … }), or leave it to the cost model",
  });
}

function checkPaths(where: string, choice: object, known: readonly string[]): void {
  const unknown = Object.keys(choice).filter((path) => !known.includes(path));
  if (unknown.length === 0) return;
  throw new MetricError({
    where: `${where}, solver`,
    must: `it must name blocks of the model (${known.join(", ")})`,
    got: unknown.join(", "),
    todo: "correct the path, or leave it out",
  });
}
