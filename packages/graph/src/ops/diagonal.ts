import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { sum } from "./broadcastTo.ts";
import { reshape } from "./reshape.ts";
import { pad, slice } from "./slice.ts";

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
 * A diagonal of matrices [b…, m, n]: the main one by default, `offset` to the right of it otherwise.
 * @returns [b…, d] for the d elements there are
 * @throws ShapeError for vectors, and an offset beyond the matrix
 */
export function diagonal(x: NodeLike, offset = 0): Node {
  const node = asNode(x);
  const [rows, columns] = matrixSize("diagonal", node, offset);
  const lead = node.shape.slice(0, -2);
  const count = Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0));
  const flat = reshape(node, [...lead, rows * columns]);
  const begin = offset > 0 ? offset : -offset * columns;
  // In row-major order a diagonal is every (n + 1)-th element.
  const end = count === 0 ? begin : begin + (count - 1) * (columns + 1) + 1;
  return slice(flat, [...lead.map(() => null), count === 0 ? [0, 0] : [begin, end, columns + 1]]);
}

/**
 * Matrices with a vector x [b…, d] on a diagonal and zeros elsewhere: the main one by default, `offset` to
 * the right of it otherwise.
 * @returns [b…, d + |offset|, d + |offset|]
 * @throws ShapeError for scalars, and an offset that is no whole number
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
  // Rows of d + 1 elements, each with one of x first, less the last d zeros: rows of d.
  const apart = pad(reshape(node, [...lead, d, 1]), [...none, [0, 0], [0, d]]);
  const flat = reshape(apart, [...lead, d * (d + 1)]);
  const square = reshape(slice(flat, [...lead.map(() => null), [0, d * d]]), [...lead, d, d]);
  const [below, right] = [Math.max(-offset, 0), Math.max(offset, 0)];
  return pad(square, [...none, [below, right], [right, below]]);
}

/** Σ of the diagonal, [b…], of square matrices [b…, d, d]. Throws ShapeError for others. */
export function trace(x: NodeLike): Node {
  squareSize("trace", asNode(x));
  return sum(diagonal(x), { axis: -1 });
}

/** d of square matrices [b…, d, d]. Throws ShapeError for others. */
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
