import { normalizeAxis } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { reshape } from "./reshape.ts";

/**
 * Inserts a new axis of size 1.
 *
 * @param x - The value, of any type.
 * @param axis - The position of the new axis in the result. Negative positions count from the end
 *   of the result.
 * @returns The value with one axis more.
 * @throws {@link ShapeError} if the position is out of range.
 * @category Ops: shapes
 */
export function expandDims(x: NodeLike, axis: number): Node {
  const node = asNode(x);
  const at = normalizeAxis("expandDims", axis, node.shape.length + 1);
  return reshape(node, [...node.shape.slice(0, at), 1, ...node.shape.slice(at)]);
}
