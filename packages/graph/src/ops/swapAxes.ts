import { normalizeAxis } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { transpose } from "./transpose.ts";

/**
 * Exchanges two axes of a value, without a copy.
 *
 * @param x - The value, of any type.
 * @param first - The first axis. Negative axes count from the end.
 * @param second - The second axis. Negative axes count from the end.
 * @returns The value with both axes exchanged.
 * @throws {@link ShapeError} if an axis is out of range.
 * @category Ops: shapes
 */
export function swapAxes(x: NodeLike, first: number, second: number): Node {
  const node = asNode(x);
  const rank = node.shape.length;
  const [a, b] = [first, second].map((axis) => normalizeAxis("swapAxes", axis, rank)) as [
    number,
    number,
  ];
  const order = node.shape.map((_, axis) => axis);
  [order[a], order[b]] = [b, a];
  return transpose(node, order);
}
