import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { reshape } from "./reshape.ts";

/**
 * Removes an axis of size 1.
 *
 * @param x - The value, of any type.
 * @param axis - The axis to remove. Without it, all axes of size 1 are removed. Negative axes count
 *   from the end.
 * @returns The value with fewer axes.
 * @throws {@link ShapeError} if the axis is out of range or has another size than 1.
 * @category Ops: shapes
 */
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
