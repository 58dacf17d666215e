import type { Node } from "@metrigrad/graph";
import type { Initializer } from "@metrigrad/tensor";

/**
 * Keeps a value that is made of the metric: returns the node to read it from. At first that holds
 * `init`: all first values together stand for the metric 0 with λ = 1, so that solving gives v back.
 */
export type Keep = (name: string, value: Node, init: Initializer) => Node;

/**
 * A damped solve of which everything that is made of the metric is kept, so that a right side takes
 * little. A value is kept when it is first needed.
 */
export interface Prepared {
  /** (g + λI)⁻¹ v for v [d, m]. */
  solve(v: Node): Node;
  /** g v for v [d, m]. */
  apply(v: Node): Node;
  /** (g + λI)v, or what the kind has in its place, for v [d, m]: what `solve` inverts. */
  damped(v: Node): Node;
  /** λ that is on the diagonal, [matrices]; where factoring had to raise it, the raised one. */
  lambda(): Node;
}

/** Part of what `prepare` gives: the products are kept alike by all solvers. */
export type PreparedSolve = Pick<Prepared, "solve" | "lambda">;
