import {
  broadcastTo,
  div,
  greater,
  mul,
  type Node,
  sqrt,
  square,
  sub,
  sum,
  where,
} from "@metrigrad/graph";
import { MetricError } from "@metrigrad/tensor";
import type { Block, DampedSolve, PrepareOptions, Solver } from "./block.ts";
import { conjugateGradients } from "./cg.ts";
import type { Damp } from "./damped.ts";
import { checkEffort, effortOf } from "./effort.ts";
import { factored } from "./factored.ts";
import { ones, zeros } from "./first.ts";
import { type Hold, held } from "./hold.ts";

/**
 * Solves at a λ [matrices]. With a Hold, what is computed from the metric is held in the form in which a right side
 * takes least.
 */
export type Solve = (
  lambda: Node,
  hold: Hold | null,
  options: PrepareOptions,
) => Pick<DampedSolve, "solve" | "lambda">;

/** The solvers of a block, by name. */
export type Solvers = { readonly [S in Solver]?: Solve };

/** Returns the λ that is used, as it was at the last update of a Hold. */
export function heldLambda(hold: Hold | null, lambda: Node, { first }: PrepareOptions): Node {
  return held(hold, "lambda", lambda, first === "identity" ? zeros : ones);
}

/** Returns "dense" and "cg", which every block has, and the block's own solvers. */
export function solversOf(
  of: Pick<Block, "form" | "m" | "columns" | "size"> & { readonly damp: Damp },
  own: Solvers = {},
): Solvers {
  const { m, columns, damp } = of;
  const dense: Solve = (lambda, hold, options) => {
    const explicit = damp(lambda, null).explicit(options.float);
    const { solve, lambda: used } = factored(explicit, { m, columns }, hold);
    return { solve, lambda: () => heldLambda(hold, used(), options) };
  };
  const cg: Solve = (lambda, hold, options) => {
    checkEffort(`${of.form}, solve`, "cg", options);
    const { iterations } = effortOf("cg", of.size, options);
    const used = () => heldLambda(hold, lambda, options);
    const solve = (v: Node) => {
      const scale = held(hold, "scale", div(1, damp(lambda, null).diagonal()), ones);
      const { apply } = damp(used(), hold);
      const system = { columns, precondition: (r: Node) => mul(r, scale), apply };
      return conjugateGradients(system, v, iterations);
    };
    return { solve, lambda: used };
  };
  return { dense, cg, ...own };
}

/** Makes a block at one damping: the chosen solver, with the products beside it. Throws MetricError. */
export function prepared(
  block: Pick<Block, "form" | "matrices"> & {
    readonly check: (operation: string, v: Node) => void;
    readonly apply: (v: Node, hold: Hold | null) => Node;
    readonly damp: Damp;
  },
  solvers: Solvers,
  by: {
    readonly chosen: Solver;
    readonly lambda: Node;
    readonly hold: Hold | null;
    readonly options: PrepareOptions;
  },
): DampedSolve {
  const { form, matrices, check, apply, damp } = block;
  const { chosen, hold, options } = by;
  const solver = solvers[chosen];
  if (solver === undefined) throw unknownSolver(form, chosen, Object.keys(solvers));
  const { solve, lambda } = solver(by.lambda, hold, options);
  const checked =
    (operation: string, f: (v: Node) => Node) =>
    (v: Node): Node => {
      check(operation, v);
      return f(v);
    };
  const damped = checked("damped", (v) => damp(lambda(), hold).apply(v));
  return {
    solve: checked("solve", solve),
    apply: checked("apply", (v) => apply(v, hold)),
    damped,
    lambda: () => broadcastTo(lambda(), [matrices]),
    residual: (v, x) => {
      const [left, whole] = [sum(square(sub(v, damped(x)))), sum(square(v))];
      const some = greater(whole, 0);
      return sqrt(div(where(some, left, 0), where(some, whole, 1)));
    },
  };
}

function unknownSolver(form: string, got: string, known: readonly string[]): MetricError {
  return new MetricError({
    where: `${form}, solve`,
    must: `solver must be one of ${known.join(", ")}`,
    got,
    todo: "choose one of them, or leave it to the cost model",
  });
}
