import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { reducedAxes } from "./reduction.ts";
import { slice } from "./slice.ts";

/**
 * Options of {@link flip}.
 *
 * @category Ops: shapes
 */
export interface FlipOptions {
  /** The axis or axes to reverse; all by default. Negative axes count from the end. */
  readonly axis?: number | readonly number[];
}

/**
 * Reverses the order of the elements along axes, without a copy.
 *
 * @param x - The value, of any type.
 * @param options - The axes; all by default.
 * @returns A value of the same shape.
 * @throws {@link ShapeError} if an axis is out of range.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: shapes
 */
export function flip(x: NodeLike, options: FlipOptions = {}): Node {
  checkOptions("flip", options, ["axis"]);
  const node = asNode(x);
  const axes = reducedAxes("flip", node.shape.length, options.axis);
  return slice(
    node,
    node.shape.map((n, axis) => (axes.includes(axis) ? ([0, n, -1] as const) : null)),
  );
}
