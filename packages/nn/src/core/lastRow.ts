import { concat, type Node, slice, zerosLike } from "@metrigrad/graph";

/** A parameter without the last row of its matrices [.., rows, columns]; of a vector, without its last element. */
export function withoutLastRow(value: Node): Node {
  const axis = rowAxis(value);
  return slice(value, [...new Array<null>(axis).fill(null), [0, -1]]);
}

/** The same with zeros in that row. */
export function zeroLastRow(value: Node): Node {
  const axis = rowAxis(value);
  const rows = value.shape[axis] as number;
  const last = slice(value, [...new Array<null>(axis).fill(null), [rows - 1, rows]]);
  return concat([withoutLastRow(value), zerosLike(last)], axis);
}

function rowAxis({ shape }: Node): number {
  return Math.max(0, shape.length - 2);
}
