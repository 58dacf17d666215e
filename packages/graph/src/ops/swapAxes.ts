import { normalizeAxis } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { transpose } from "./transpose.ts";

/**
 * The value with two axes exchanged, without a copy.
 *
 * @param x - The value, of any type.
 * @param first - An axis; negative ones count from the end.
 * @param second - The axis that it changes places with.
 * @returns The value with the sizes of both axes exchanged.
 * @throws ShapeError for an axis out of range
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
