import { gram, matmul, moveAxis, type Node, reshape } from "@metrigrad/graph";

/** The axes of a shape that have factors: none of a vector, and none that is longer than `longest`. */
export function factorAxes(shape: readonly number[], longest: number): number[] {
  if (shape.length < 2) return [];
  return shape.flatMap((size, axis) => (size === 1 || size > longest ? [] : [axis]));
}

/** The value as rows of one axis: [the product of the others, d]. */
function rowsOf(value: Node, axis: number): { readonly moved: Node; readonly rows: Node } {
  const moved = moveAxis(value, axis, -1);
  return { moved, rows: reshape(moved, [-1, value.shape[axis] as number]) };
}

/** Σ g g' over the other axes, [d, d] for the size d of an axis. */
export function outerOf(value: Node, axis: number): Node {
  return gram(rowsOf(value, axis).rows);
}

/** The value with one axis multiplied by the transpose of Q [d, d], which writes it in Q's columns, or by Q, which undoes it. */
export function turned(value: Node, axis: number, basis: Node, back: boolean): Node {
  const { moved, rows } = rowsOf(value, axis);
  const product = matmul(rows, basis, { transposeB: back });
  return moveAxis(reshape(product, moved.shape), -1, axis);
}
