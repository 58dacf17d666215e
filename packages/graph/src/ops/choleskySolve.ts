import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { diagonal } from "./diagonal.ts";
import { log } from "./transcendental.ts";
import { triangularSolve } from "./triangularSolve.ts";

/**
 * Solves LL'X = B with a Cholesky factor L; see {@link cholesky}.
 *
 * @param l - The lower triangular factors, float, [b…, d, d].
 * @param rhs - The right-hand sides B as columns, float, [b…, d, k]. Batch axes broadcast.
 * @returns The solutions X, [b…, d, k].
 * @throws {@link ShapeError} if a factor is not square, sizes do not fit, or a value is not float.
 * @category Ops: linear algebra
 */
export function choleskySolve(l: NodeLike, rhs: NodeLike): Node {
  const factor = asNode(l);
  return triangularSolve(factor, triangularSolve(factor, rhs), { transpose: true });
}

/**
 * Computes the log-determinant ln det(LL') = 2 Σ ln Lᵢᵢ of a Cholesky factor L; see
 * {@link cholesky}.
 *
 * @param l - The lower triangular factors, float, [b…, d, d].
 * @returns The log-determinants, [b…].
 * @throws {@link ShapeError} if l has fewer than two axes, or if it is not float.
 * @category Ops: linear algebra
 */
export function choleskyLogdet(l: NodeLike): Node {
  return mul(sum(log(diagonal(l)), { axis: -1 }), 2);
}
