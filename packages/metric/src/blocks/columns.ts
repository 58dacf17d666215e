import { expandDims, eye, matmul, mul, type Node, reshape, transpose } from "@metrigrad/graph";
import type { Columns } from "./block.ts";

/**
 * Brings a value [k, m] with one column per unit into the form of right sides for the matrices of a block.
 *
 * It is [k, m] where the columns share a matrix, [m, k, 1] where each has its own, and [km, 1] where they are
 * coupled.
 */
export function toSides(v: Node, columns: Columns): Node {
  const [k = 0, m = 0] = v.shape;
  if (columns === "shared") return v;
  return columns === "own" ? expandDims(transpose(v), 2) : reshape(v, [k * m, 1]);
}

/** Brings right sides back to the value [k, m]. */
export function fromSides(sides: Node, m: number, columns: Columns): Node {
  if (columns === "shared") return sides;
  if (columns === "coupled") return reshape(sides, [-1, m]);
  return transpose(reshape(sides, [m, sides.shape[1] as number]));
}

/**
 * Brings matrices [matrices, size, size] into the form of a left factor of right sides: a single matrix loses its
 * first axis.
 */
export function toFactors(matrices: Node, columns: Columns): Node {
  const [, size = 0] = matrices.shape;
  return columns === "own" ? matrices : reshape(matrices, [size, size]);
}

/** Multiplies v [d, m] by the matrices of a block. */
export function timesMatrices(matrices: Node, v: Node, columns: Columns): Node {
  const product = matmul(toFactors(matrices, columns), toSides(v, columns));
  return fromSides(product, v.shape[1] as number, columns);
}

/** Reshapes one number per matrix, [matrices] or [], so that it broadcasts against right sides. */
export function perMatrix(values: Node, columns: Columns): Node {
  if (columns !== "own") return reshape(values, []);
  return values.shape.length === 0 ? values : reshape(values, [-1, 1, 1]);
}

/** Reshapes one number per matrix, [matrices], so that it broadcasts against a value [d, m]. */
export function perColumn(values: Node, columns: Columns): Node {
  return columns === "own" ? values : perMatrix(values, columns);
}

/** Makes m diagonal matrices [m, d, d] of values [d, m]. */
export function diagonalMatrices(values: Node): Node {
  return mul(expandDims(transpose(values), 2), eye(values.shape[0] as number));
}

/**
 * Spreads matrices over the parameter flattened row-major, [dm, dm]: entry (am + i, bm + j) is g_i[a, b] if i = j,
 * else 0.
 */
export function spread(matrices: Node, m: number, columns: Columns): Node {
  const [, size = 0] = matrices.shape;
  if (columns === "coupled") return reshape(matrices, [size, size]);
  const byEntry = expandDims(transpose(matrices, [1, 0, 2]), 3);
  const units = reshape(eye(m), [1, m, 1, m]);
  // [d, count, d, 1] · [1, m, 1, m]: if count is 1, all units get the same matrix.
  return reshape(mul(byEntry, units), [size * m, size * m]);
}
