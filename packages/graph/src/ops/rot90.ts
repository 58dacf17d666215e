import { normalizeAxis, ShapeError } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { flip } from "./flip.ts";
import { swapAxes } from "./swapAxes.ts";

/**
 * Turns a value by right angles in the plane of two axes, from the first axis towards the second,
 * without a copy.
 *
 * @param x - The value, of any type, with at least two axes.
 * @param turns - The number of right angles; 1 by default. Negative numbers turn back.
 * @param plane - The two axes; [0, 1] by default.
 * @returns The turned value. An odd number of turns exchanges the sizes of the two axes.
 * @throws {@link ShapeError} if the number of turns is not an integer, if an axis is out of range,
 *   or if both axes are the same.
 * @category Ops: shapes
 */
export function rot90(x: NodeLike, turns = 1, plane: readonly [number, number] = [0, 1]): Node {
  const node = asNode(x);
  const rank = node.shape.length;
  const [first, second] = plane.map((axis) => normalizeAxis("rot90", axis, rank)) as [
    number,
    number,
  ];
  if (first === second || !Number.isInteger(turns)) {
    throw new ShapeError({
      where: "rot90",
      must: "turns must be an integer, and the plane two different axes",
      got: `${turns} in ${JSON.stringify(plane)}`,
      todo: "choose others",
    });
  }
  const quarter = ((turns % 4) + 4) % 4;
  if (quarter === 0) return node;
  if (quarter === 2) return flip(node, { axis: [first, second] });
  return quarter === 1
    ? swapAxes(flip(node, { axis: second }), first, second)
    : flip(swapAxes(node, first, second), { axis: second });
}
