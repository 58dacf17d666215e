import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { sum } from "./broadcastTo.ts";
import { reshape } from "./reshape.ts";
import { pad, slice } from "./slice.ts";

/**
 * Returns the rows and columns of matrices that have a diagonal at an offset. Throws ShapeError.
 */
function matrixSize(where: string, node: Node, offset: number): [rows: number, columns: number] {
  const [rows = 0, columns = 0] = node.shape.slice(-2);
  const inside = Number.isInteger(offset) && offset >= -rows && offset <= columns;
  if (node.shape.length >= 2 && inside) return [rows, columns];
  throw new ShapeError({
    where,
    must: "it must have matrices [b…, m, n], and the offset must be a whole number from −m to n",
    got: `${showShape(node.shape)}, ${offset}`,
    todo: "reshape it, or choose a diagonal that it has",
  });
}

/**
 * Reads a diagonal of matrices.
 *
 * @param x - The matrices, of any type, [b…, m, n].
 * @param offset - Which diagonal: 0 (the default) is the main one, positive numbers are to the
 *   right of it, negative ones below.
 * @returns The d elements of the diagonal, [b…, d].
 * @throws {@link ShapeError} if x has fewer than two axes, or if the offset lies outside of the
 *   matrix.
 * @category Ops: linear algebra
 */
export function diagonal(x: NodeLike, offset = 0): Node {
  const node = asNode(x);
  const [rows, columns] = matrixSize("diagonal", node, offset);
  const lead = node.shape.slice(0, -2);
  const count = Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0));
  const flat = reshape(node, [...lead, rows * columns]);
  const begin = offset > 0 ? offset : -offset * columns;
  // In row-major order, a diagonal has every (n + 1)-th element.
  const end = count === 0 ? begin : begin + (count - 1) * (columns + 1) + 1;
  return slice(flat, [...lead.map(() => null), count === 0 ? [0, 0] : [begin, end, columns + 1]]);
}

/**
 * Makes matrices with the elements of a vector on a diagonal and zeros elsewhere.
 *
 * @param x - The vectors, [b…, d].
 * @param offset - Which diagonal: 0 (the default) is the main one, positive numbers are to the
 *   right of it, negative ones below.
 * @returns The matrices, [b…, d + |offset|, d + |offset|].
 * @throws {@link ShapeError} if x is a scalar, u8 or f16, or if the offset is not an integer.
 * @category Ops: linear algebra
 */
export function diag(x: NodeLike, offset = 0): Node {
  const node = asNode(x);
  const { shape } = node;
  if (shape.length === 0 || !Number.isInteger(offset)) {
    throw new ShapeError({
      where: "diag",
      must: "the operand must be vectors [b…, d], and the offset a whole number",
      got: `${showShape(shape)}, ${offset}`,
      todo: "reshape it; use diagonal to read one",
    });
  }
  const lead = shape.slice(0, -1);
  const d = shape.at(-1) as number;
  const none = lead.map(() => [0, 0] as const);
  // Make rows of d + 1 elements, each with one element of x first. Without the last d zeros, the
  // same elements form rows of d, with x on the diagonal.
  const apart = pad(reshape(node, [...lead, d, 1]), [...none, [0, 0], [0, d]]);
  const flat = reshape(apart, [...lead, d * (d + 1)]);
  const square = reshape(slice(flat, [...lead.map(() => null), [0, d * d]]), [...lead, d, d]);
  const [below, right] = [Math.max(-offset, 0), Math.max(offset, 0)];
  return pad(square, [...none, [below, right], [right, below]]);
}

/**
 * Sums the main diagonal of square matrices.
 *
 * @param x - The matrices: float, i32 or u32, [b…, d, d].
 * @returns The traces, [b…].
 * @throws {@link ShapeError} if x is not square, or if it is bool, u8 or f16.
 * @category Ops: linear algebra
 */
export function trace(x: NodeLike): Node {
  squareSize("trace", asNode(x));
  return sum(diagonal(x), { axis: -1 });
}

/** Returns d of square matrices [b…, d, d]. Throws ShapeError for other shapes. */
export function squareSize(where: string, node: Node): number {
  const [rows, columns] = node.shape.slice(-2);
  if (node.shape.length >= 2 && rows === columns) return rows as number;
  throw new ShapeError({
    where,
    must: "the last two axes must form a square matrix",
    got: showShape(node.shape),
    todo: "reshape or slice it to [b…, d, d]",
  });
}
