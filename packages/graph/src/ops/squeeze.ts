import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { reshape } from "./reshape.ts";

/** The value without an axis of size 1, or without all of them by default. Throws ShapeError. */
export function squeeze(x: NodeLike, axis?: number): Node {
  const node = asNode(x);
  if (axis === undefined)
    return reshape(
      node,
      node.shape.filter((n) => n !== 1),
    );
  const at = normalizeAxis("squeeze", axis, node.shape.length);
  if (node.shape[at] !== 1) {
    throw new ShapeError({
      where: "squeeze",
      must: `axis ${axis} must have size 1`,
      got: showShape(node.shape),
      todo: "choose another axis, or reduce this one",
    });
  }
  return reshape(node, node.shape.toSpliced(at, 1));
}
