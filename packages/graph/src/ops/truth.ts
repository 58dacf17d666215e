import { sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { equal, greater } from "./comparison.ts";
import { type ReduceOptions, reducedAxes, reduceNames } from "./reduction.ts";

/** How many elements over axes (all by default) are true, or not 0, as i32; NaN counts. No derivative. */
export function countNonzero(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("countNonzero", options, reduceNames);
  return sum(cast(cast(x, "bool"), "i32"), options);
}

/** Whether any element over axes (all by default) is true, or not 0, as bool; false over nothing. */
export function any(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("any", options, reduceNames);
  return greater(countNonzero(x, options), 0);
}

/** Whether all elements over axes (all by default) are true, or not 0, as bool; true over nothing. */
export function all(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("all", options, reduceNames);
  const node = asNode(x);
  const axes = reducedAxes("all", node.shape.length, options.axis);
  const count = sizeOf(axes.map((axis) => node.shape[axis] as number));
  return equal(countNonzero(node, options), count);
}
