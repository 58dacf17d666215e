import { normalizeAxis } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { reshape } from "./reshape.ts";

/** The value with a new axis of size 1 at a position of the result. Throws ShapeError. */
export function expandDims(x: NodeLike, axis: number): Node {
  const node = asNode(x);
  const at = normalizeAxis("expandDims", axis, node.shape.length + 1);
  return reshape(node, [...node.shape.slice(0, at), 1, ...node.shape.slice(at)]);
}
