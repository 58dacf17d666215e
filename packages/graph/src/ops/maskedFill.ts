import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { broadcastsTo } from "./align.ts";
import { where } from "./logic.ts";

/**
 * Replaces elements by one number where a mask is true: `where(mask, value, x)`.
 *
 * @param x - The value.
 * @param mask - Where to replace, bool. It broadcasts to x.
 * @param value - The number, or a scalar of x's type.
 * @returns A value of x's shape.
 * @throws {@link ShapeError} if the mask is not bool or does not broadcast to x, or if the value is
 *   not a scalar of x's type.
 * @category Ops: elements
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
