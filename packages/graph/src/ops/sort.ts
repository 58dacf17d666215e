import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { argsort, type SortOptions } from "./argsort.ts";
import { permute } from "./permute.ts";
import { slice } from "./slice.ts";

/** The value as a node that can be sorted, and the axis counted from the front. */
export function sortable(where: string, x: NodeLike, axis = -1): { node: Node; at: number } {
  const node = asNode(x);
  if (node.type !== "u8") return { node, at: normalizeAxis(where, axis, node.shape.length) };
  throw new ShapeError({
    where,
    must: "the operand must be float, i32, u32 or bool",
    got: "u8",
    todo: 'cast(x, "i32") first',
  });
}

/**
 * The elements of an axis in ascending or descending order; of equal ones the first comes first. A NaN is
 * above every number: it comes last, or first where the order descends. The derivative moves each
 * cotangent back to where its element was.
 *
 * @param x - The value: float, i32, u32 or bool.
 * @param options - Axis and direction.
 * @returns A value of x's shape; `argsort` has the positions.
 * @throws ShapeError for an axis out of range, and for u8
 */
export function sort(x: NodeLike, options: SortOptions = {}): Node {
  checkOptions("sort", options, ["axis", "descending"]);
  const { node, at } = sortable("sort", x, options.axis);
  return permute(node, argsort(node, { ...options, axis: at }), at);
}

/** The largest or smallest elements of an axis. */
export interface Top {
  /** The elements, the most extreme first. */
  readonly values: Node;
  /** Their positions, i32. */
  readonly indices: Node;
}

/** What `topK` takes. */
export interface TopKOptions {
  /** The axis; the last one by default, negative ones count from the end. */
  readonly axis?: number;
  /** Whether the largest elements are wanted, not the smallest; true by default. */
  readonly largest?: boolean;
}

/**
 * The k largest or smallest elements of an axis with their positions, in order; of equal ones the first
 * comes first. A NaN counts as the largest.
 *
 * @param x - The value: float, i32, u32 or bool.
 * @param k - How many, from 0 to the size of the axis.
 * @param options - Axis and which end.
 * @returns Values and i32 positions, each of x's shape with size k on the axis.
 * @throws ShapeError for an axis out of range, for u8, and for a k that is not between 0 and the axis's size
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
