import { concat, type Node, slice, zerosLike } from "@metrigrad/graph";

/**
 * Returns a value without the last row of its matrices, which often is the bias.
 *
 * @param value - The matrices, [..., rows, columns]. A vector loses its last element.
 * @returns The other rows, [..., rows − 1, columns].
 * @throws {@link ShapeError} if the value has no axes.
 * @category Metrics: own metrics
 */
export function withoutLastRow(value: Node): Node {
  const axis = rowAxis(value);
  return slice(value, [...new Array<null>(axis).fill(null), [0, -1]]);
}

/**
 * Returns a value with zeros in the last row of its matrices, which often is the bias.
 *
 * @param value - The matrices, [..., rows, columns]. In a vector the last element becomes 0.
 * @returns A value of the same shape.
 * @throws {@link ShapeError} if the value has no axes.
 * @category Metrics: own metrics
 */
export function zeroLastRow(value: Node): Node {
  const axis = rowAxis(value);
  const rows = value.shape[axis] as number;
  const last = slice(value, [...new Array<null>(axis).fill(null), [rows - 1, rows]]);
  return concat([withoutLastRow(value), zerosLike(last)], axis);
}

/** Returns the axis of the rows of matrices; 0 for a vector. */
function rowAxis({ shape }: Node): number {
  return Math.max(0, shape.length - 2);
}
