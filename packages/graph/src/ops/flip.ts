import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { reducedAxes } from "./reduction.ts";
import { slice } from "./slice.ts";

/** Axes that are reversed. */
export interface FlipOptions {
  /** The axis or axes, negative ones counted from the end; all by default. */
  readonly axis?: number | readonly number[];
}

/**
 * The value with the elements along axes (all by default) in reverse order, without a copy.
 *
 * @param x - The value, of any type.
 * @param options - Which axes.
 * @returns A value of the same shape.
 * @throws ShapeError for an axis out of range
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
