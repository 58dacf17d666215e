import {
  add,
  div,
  expandDims,
  eye,
  fill,
  greater,
  matmul,
  mul,
  type Node,
  slice,
  sqrt,
  sub,
  tril,
  where,
} from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";

/**
 * Returns F [n, m, m − 1] with FF' = diag η − ηη' for rows η [n, m] that add up to 1.
 *
 * That is the Cholesky factor in closed form (Tanabe and Sagae 1992). With the tails q_j = Σ_{i>j} η_i and q₀ = 1 it
 * is F_jj = √(η_j q_j/q_{j−1}), and below the diagonal F_ij = −F_jj η_i/q_j. Only quotients up to 1 are formed, and a
 * tail of 0 has nothing below it. Throws ShapeError.
 */
export function softmaxFactor(eta: Node): Node {
  const [n = 0, m = 0] = eta.shape;
  if (eta.shape.length !== 2 || m < 2) {
    throw new ShapeError({
      where: "softmaxGram",
      must: "probabilities must be [n, m] with m ≥ 2",
      got: showShape(eta.shape),
      todo: "pass softmax(t), one row per sample",
    });
  }
  const below = sub(tril(fill([m, m], 1)), eye(m));
  // The tails are sums of positive values, so small ones keep their digits.
  const tails = matmul(eta, below);
  const squares = mul(eta, quotient(tails, add(tails, eta)));
  const some = greater(squares, 0);
  const scale = where(some, sqrt(where(some, squares, 1)), 0);
  const shares = quotient(mul(expandDims(eta, 2), below), expandDims(tails, 1));
  const all = mul(sub(eye(m), shares), expandDims(scale, 1));
  return slice(all, [
    [0, n],
    [0, m],
    [0, m - 1],
  ]);
}

/** Returns a/b, and 0 where b is 0. */
function quotient(a: Node, b: Node): Node {
  const some = greater(b, 0);
  return where(some, div(a, where(some, b, 1)), 0);
}
