import { normalizeAxis, type Shape, ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { gather } from "./gather.ts";
import { asIndices } from "./indices.ts";
import { placesAlong } from "./places.ts";
import { reshape } from "./reshape.ts";

/**
 * Checks that indices have the axes of a value, each of its size or 1, the indexed one aside; with `both`
 * the value's axes of size 1 repeat too.
 */
export function checkAlong(
  where: string,
  shape: Shape,
  indices: Shape,
  axis: number,
  both: boolean,
): void {
  const fits = indices.every(
    (n, k) => k === axis || n === 1 || n === shape[k] || (both && shape[k] === 1),
  );
  if (indices.length === shape.length && fits && (shape[axis] as number) > 0) return;
  throw new ShapeError({
    where,
    must: `indices must broadcast to ${showShape(shape)} on all axes but ${axis}, which must have a position`,
    got: showShape(indices),
    todo: "give them an axis of the same size, or of size 1, for each of the operand's",
  });
}

/**
 * The elements of a value at positions of one axis, as NumPy's take_along_axis and PyTorch's gather do:
 * out[…, j, …] = x[…, indices[…, j, …], …]. The other axes broadcast.
 *
 * @param x - The value, of any type; bytes become floats.
 * @param indices - Positions as i32, with as many axes as x; they are clamped to the positions there are.
 * @param axis - The axis; the last one by default, negative ones count from the end.
 * @returns A value of the indices' shape, broadcast with x on the other axes.
 * @throws ShapeError for an axis out of range or empty, and for indices that do not fit
 */
export function takeAlongAxis(x: NodeLike, indices: NodeLike, axis = -1): Node {
  const node = asNode(x);
  const places = asIndices("takeAlongAxis", indices);
  const at = normalizeAxis("takeAlongAxis", axis, node.shape.length);
  checkAlong("takeAlongAxis", node.shape, places.shape, at, true);
  return gather(reshape(node, [-1]), placesAlong(node.shape, at, places));
}
