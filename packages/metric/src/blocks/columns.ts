import { expandDims, eye, matmul, mul, type Node, reshape, transpose } from "@metrigrad/graph";
import type { Columns } from "./block.ts";

/**
 * Right-hand sides for the matrices of a block, from a value [k, m] with one column per unit: as it
 * is where shared, [m, k, 1] where each column has its own matrix, [km, 1] where coupled.
 */
export function toSides(v: Node, columns: Columns): Node {
  const [k = 0, m = 0] = v.shape;
  if (columns === "shared") return v;
  return columns === "own" ? expandDims(transpose(v), 2) : reshape(v, [k * m, 1]);
}

/** The value [k, m] of right-hand sides. */
export function fromSides(sides: Node, m: number, columns: Columns): Node {
  if (columns === "shared") return sides;
  if (columns === "coupled") return reshape(sides, [-1, m]);
  return transpose(reshape(sides, [m, sides.shape[1] as number]));
}

/** Matrices [matrices, size, size] as the left factor of right-hand sides: one is taken out. */
export function toFactors(matrices: Node, columns: Columns): Node {
  const [, size = 0] = matrices.shape;
  return columns === "own" ? matrices : reshape(matrices, [size, size]);
}

/** Matrices times v [d, m]. */
export function timesMatrices(matrices: Node, v: Node, columns: Columns): Node {
  const product = matmul(toFactors(matrices, columns), toSides(v, columns));
  return fromSides(product, v.shape[1] as number, columns);
}

/** A number per matrix, [matrices] or [], against the right-hand sides of the matrices. */
export function perMatrix(values: Node, columns: Columns): Node {
  if (columns !== "own") return reshape(values, []);
  return values.shape.length === 0 ? values : reshape(values, [-1, 1, 1]);
}

/** A number per matrix, [matrices], against a value [d, m]: one for all, or one per column. */
export function perColumn(values: Node, columns: Columns): Node {
  return columns === "own" ? values : perMatrix(values, columns);
}

/** Values [d, m] as m diagonal matrices, [m, d, d]. */
export function diagonalMatrices(values: Node): Node {
  return mul(expandDims(transpose(values), 2), eye(values.shape[0] as number));
}

/**
 * Matrices spread over the parameter flattened row-major, [dm, dm]: entry (am + i, bm + j) is g_i[a, b]
 * where i = j and else 0.
 */
export function spread(matrices: Node, m: number, columns: Columns): Node {
  const [, size = 0] = matrices.shape;
  if (columns === "coupled") return reshape(matrices, [size, size]);
  const byEntry = expandDims(transpose(matrices, [1, 0, 2]), 3);
  const units = reshape(eye(m), [1, m, 1, m]);
  // [d, count, d, 1] · [1, m, 1, m]: the same matrix for every unit where count is 1.
  return reshape(mul(byEntry, units), [size * m, size * m]);
}
