import { concat, moveAxis, type Node, vjp, vmap } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type { ResponseModel } from "./defMetric.ts";

/** The columns of R with RR' = F_r, the law's Fisher information per row: [r, n, m]. Throws ShapeError. */
export function fisherColumns({ law, natural }: ResponseModel): Node {
  if (natural.shape.length === 2) return moveAxis(law.fisherRoot(natural), 2, 0);
  throw new ShapeError({
    where: `Fisher information of ${law.name}`,
    must: "the response must be [n, m]",
    got: showShape(natural.shape),
    todo: "reshape it in the module, or give the metric a `responseModel`",
  });
}

/**
 * Metric back-propagation: for columns [r, n, m] of R in a response, those of J'R in values before
 * it, [r, n, …] each, with J the Jacobian of the response row by row. So J'R(J'R)' is
 * g(h_l) = (∂h/∂h_l)' RR' (∂h/∂h_l). Rows must not mix: batch statistics must be the running ones.
 */
export function pulledBack(natural: Node, columns: Node, at: readonly Node[]): readonly Node[] {
  return vmap((column: Node) => vjp([natural], at, [column]))(columns);
}

/** Columns [r, n, m] of several responses as factors F [n, m, r] of all of them together. */
export function factorsOf(columns: readonly Node[]): Node {
  return moveAxis(concat(columns, 0), 0, 2);
}
