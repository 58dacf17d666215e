import { normalizeAxis, ShapeError } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { slice } from "./slice.ts";
import { squeeze } from "./squeeze.ts";

/** Returns the size of an axis of a value, and the axis counted from the front. */
function sizeOn(where: string, x: Node, axis: number): { readonly at: number; readonly n: number } {
  const at = normalizeAxis(where, axis, x.shape.length);
  return { at, n: x.shape[at] as number };
}

/** Returns pieces of equal size. The last piece has the rest. */
function equalSizes(n: number, size: number): number[] {
  if (!(size > 0)) return [size];
  return Array.from({ length: Math.max(1, Math.ceil(n / size)) }, (_, k) =>
    Math.min(size, n - k * size),
  );
}

/**
 * Cuts a value into pieces along an axis, without a copy. The gradient joins them again in one
 * value.
 *
 * @param x - The value, of any type.
 * @param sizes - The size of each piece, or one size for all pieces. In the second case the last
 *   piece may be smaller.
 * @param axis - The axis; 0 by default. Negative axes count from the end.
 * @returns The pieces, in their order.
 * @throws {@link ShapeError} if the axis is out of range, or if the sizes do not add up to the size
 *   of the axis.
 * @category Ops: shapes
 */
export function split(x: NodeLike, sizes: number | readonly number[], axis = 0): Node[] {
  const node = asNode(x);
  const { at, n } = sizeOn("split", node, axis);
  const counts = typeof sizes === "number" ? equalSizes(n, sizes) : sizes;
  const whole = counts.every((size) => Number.isInteger(size) && size >= 0);
  if (!whole || counts.reduce((total, size) => total + size, 0) !== n) {
    throw new ShapeError({
      where: "split",
      must: `sizes must be counts that add up to ${n}, or one size ≥ 1`,
      got: JSON.stringify(sizes),
      todo: `choose sizes for axis ${axis}, or use chunk(x, count)`,
    });
  }
  let end = 0;
  return counts.map((size) => {
    const begin = end;
    end += size;
    return slice(
      node,
      node.shape.map((_, other) => (other === at ? ([begin, end] as const) : null)),
    );
  });
}

/**
 * Cuts a value into pieces of about equal size along an axis, without a copy.
 *
 * Each piece has the size n/count rounded up; only the last one may be smaller. So there may be
 * fewer pieces than `count`.
 *
 * @param x - The value, of any type.
 * @param count - The largest number of pieces.
 * @param axis - The axis; 0 by default. Negative axes count from the end.
 * @returns The pieces, in their order.
 * @throws {@link ShapeError} if the axis is out of range, or if the count is not a positive
 *   integer.
 * @category Ops: shapes
 */
export function chunk(x: NodeLike, count: number, axis = 0): Node[] {
  const node = asNode(x);
  const { n } = sizeOn("chunk", node, axis);
  if (!Number.isInteger(count) || count < 1) {
    throw new ShapeError({
      where: "chunk",
      must: "count must be a positive integer",
      got: String(count),
      todo: "pass how many pieces there are to be",
    });
  }
  return split(node, Math.max(1, Math.ceil(n / count)), axis);
}

/**
 * Returns the value at each position of an axis, without that axis and without a copy. It is the
 * inverse of {@link stack}.
 *
 * @param x - The value, of any type.
 * @param axis - The axis; 0 by default. Negative axes count from the end.
 * @returns As many values as the axis has positions.
 * @throws {@link ShapeError} if the axis is out of range.
 * @category Ops: shapes
 */
export function unstack(x: NodeLike, axis = 0): Node[] {
  const node = asNode(x);
  const { at, n } = sizeOn("unstack", node, axis);
  const ones = new Array<number>(n).fill(1);
  return split(node, ones, at).map((piece) => squeeze(piece, at));
}
