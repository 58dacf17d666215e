import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { broadcastsTo } from "./align.ts";
import { where } from "./logic.ts";

/**
 * The value with one number where a mask holds: where(mask, value, x).
 *
 * @param x - The value.
 * @param mask - Where to fill, bool; it broadcasts to x.
 * @param value - The number, or a scalar of x's type.
 * @returns A value of x's shape.
 * @throws ShapeError for a mask that is not bool or does not broadcast to x, and for a value that is no scalar
 */
export function maskedFill(x: NodeLike, mask: NodeLike, value: NodeLike): Node {
  const node = asNode(x);
  const [at, filling] = [asNode(mask, "bool"), asNode(value, node.type)];
  const fits = broadcastsTo(at.shape, node.shape);
  if (fits && at.type === "bool" && filling.shape.length === 0) return where(at, filling, node);
  throw new ShapeError({
    where: "maskedFill",
    must: `the mask must be bool and broadcast to ${showShape(node.shape)}, the value a scalar`,
    got: `${at.type} ${showShape(at.shape)} and ${showShape(filling.shape)}`,
    todo: "use where(mask, value, x) for other shapes",
  });
}
