import { gram, matmul, moveAxis, type Node, reshape } from "@metrigrad/graph";

/** Returns the axes of a shape that have factors: none for a vector, and no axis of size 1 or longer than `longest`. */
export function factorAxes(shape: readonly number[], longest: number): number[] {
  if (shape.length < 2) return [];
  return shape.flatMap((size, axis) => (size === 1 || size > longest ? [] : [axis]));
}

/** Returns the value as rows along one axis, [the product of the other sizes, d]. */
function rowsOf(value: Node, axis: number): { readonly moved: Node; readonly rows: Node } {
  const moved = moveAxis(value, axis, -1);
  return { moved, rows: reshape(moved, [-1, value.shape[axis] as number]) };
}

/** Returns Σ gg' over the other axes, [d, d] for an axis of size d. */
export function outerOf(value: Node, axis: number): Node {
  return gram(rowsOf(value, axis).rows);
}

/**
 * Multiplies one axis of the value by Q' [d, d], which writes it in the basis of Q's columns, or by Q (`back`), which
 * undoes that.
 */
export function turned(value: Node, axis: number, basis: Node, back: boolean): Node {
  const { moved, rows } = rowsOf(value, axis);
  const product = matmul(rows, basis, { transposeB: back });
  return moveAxis(reshape(product, moved.shape), -1, axis);
}
