import { sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { equal, greater } from "./comparison.ts";
import { type ReduceOptions, reducedAxes, reduceNames } from "./reduction.ts";

/**
 * Counts the elements over axes that are true, or not 0.
 *
 * A NaN counts. The result has no derivative.
 *
 * @param x - The values, of any type.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The counts as i32, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function countNonzero(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("countNonzero", options, reduceNames);
  return sum(cast(cast(x, "bool"), "i32"), options);
}

/**
 * Tells whether any element over axes is true, or not 0. Over nothing it is false.
 *
 * @param x - The values, of any type.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The answers as bool, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function any(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("any", options, reduceNames);
  return greater(countNonzero(x, options), 0);
}

/**
 * Tells whether all elements over axes are true, or not 0. Over nothing it is true.
 *
 * @param x - The values, of any type.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The answers as bool, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function all(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("all", options, reduceNames);
  const node = asNode(x);
  const axes = reducedAxes("all", node.shape.length, options.axis);
  const count = sizeOf(axes.map((axis) => node.shape[axis] as number));
  return equal(countNonzero(node, options), count);
}
