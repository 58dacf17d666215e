import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkNotStored } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { argsort, type SortOptions } from "./argsort.ts";
import { permute } from "./permute.ts";
import { slice } from "./slice.ts";

/**
 * Returns the value as a node that can be sorted, and the axis counted from the front. Throws
 * ShapeError.
 */
export function sortable(where: string, x: NodeLike, axis = -1): { node: Node; at: number } {
  const node = asNode(x);
  checkNotStored(where, node);
  return { node, at: normalizeAxis(where, axis, node.shape.length) };
}

/**
 * Sorts the elements along an axis.
 *
 * Equal elements keep their order. A NaN counts as larger than every number: it comes last, or
 * first in descending order. The derivative moves each cotangent back to the place of its element.
 * {@link argsort} returns the positions.
 *
 * {@includeCode ../../../../examples/api/graph/sort.ts#example}
 *
 * @param x - The values: float, i32, u32 or bool.
 * @param options - The axis and the direction.
 * @returns The sorted values, of x's shape.
 * @throws {@link ShapeError} if the axis is out of range, or if x is u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: sequences
 */
export function sort(x: NodeLike, options: SortOptions = {}): Node {
  checkOptions("sort", options, ["axis", "descending"]);
  const { node, at } = sortable("sort", x, options.axis);
  return permute(node, argsort(node, { ...options, axis: at }), at);
}

/**
 * The largest or smallest elements of an axis; the result of {@link topK}.
 *
 * @category Ops: sequences
 */
export interface Top {
  /** The elements, the most extreme one first. */
  readonly values: Node;
  /** Their positions on the axis, i32. */
  readonly indices: Node;
}

/**
 * Options of {@link topK}.
 *
 * @category Ops: sequences
 */
export interface TopKOptions {
  /** The axis; the last one by default. Negative axes count from the end. */
  readonly axis?: number;
  /** Whether to return the largest elements, not the smallest; true by default. */
  readonly largest?: boolean;
}

/**
 * Returns the k largest or smallest elements of an axis with their positions, in order.
 *
 * Equal elements keep their order. A NaN counts as the largest.
 *
 * @param x - The values: float, i32, u32 or bool.
 * @param k - How many elements, from 0 to the size of the axis.
 * @param options - The axis, and whether the largest or the smallest elements.
 * @returns The elements and their i32 positions, each of x's shape with size k on the axis.
 * @throws {@link ShapeError} if the axis is out of range, if x is u8 or f16, or if k is not an integer
 *   from 0 to the size of the axis.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: sequences
 */
export function topK(x: NodeLike, k: number, options: TopKOptions = {}): Top {
  checkOptions("topK", options, ["axis", "largest"]);
  const { node, at } = sortable("topK", x, options.axis);
  const n = node.shape[at] as number;
  if (!Number.isInteger(k) || k < 0 || k > n) {
    throw new ShapeError({
      where: "topK",
      must: `k must be an integer from 0 to ${n}, the size of axis ${at}`,
      got: `${k} of ${showShape(node.shape)}`,
      todo: "ask for fewer",
    });
  }
  const order = argsort(node, { axis: at, descending: options.largest ?? true });
  const first = node.shape.map((_, axis) => (axis === at ? ([0, k] as const) : null));
  return Object.freeze({
    values: slice(permute(node, order, at), first),
    indices: slice(order, first),
  });
}
