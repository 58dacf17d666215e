import { expandDims, matmul, type Node, reshape, transpose } from "@metrigrad/graph";

/** Columns of v [d, m] as a batch of vectors [m, d, 1]. */
export function toColumns(v: Node): Node {
  return expandDims(transpose(v), 2);
}

/** A batch of vectors [m, d, 1] as the columns of [d, m]. */
export function fromColumns(batch: Node): Node {
  const [m = 0, d = 0] = batch.shape;
  return transpose(reshape(batch, [m, d]));
}

/** Matrices [1, d, d] times every column of v [d, m], or [m, d, d] each times its own. */
export function timesColumns(matrices: Node, v: Node): Node {
  const [count, d = 0] = matrices.shape;
  if (count === 1) return matmul(reshape(matrices, [d, d]), v);
  return fromColumns(matmul(matrices, toColumns(v)));
}
