import { normalizeAxis, type Shape, ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { gather } from "./gather.ts";
import { asIndices } from "./indices.ts";
import { placesAlong } from "./places.ts";
import { reshape } from "./reshape.ts";

/**
 * Checks that indices have the axes of a value. On each axis other than the indexed one, their size
 * must be the value's size or 1. With `both`, axes of size 1 of the value repeat too. Throws
 * ShapeError.
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
 * Reads the elements of a value at positions of one axis: out[…, j, …] = x[…, indices[…, j, …], …].
 *
 * It works as NumPy's `take_along_axis` and PyTorch's `gather`. The other axes broadcast.
 *
 * @param x - The value, of any type. Bytes become floats.
 * @param indices - The positions, i32, with as many axes as x. They are clamped to the axis.
 * @param axis - The axis; the last one by default. Negative axes count from the end.
 * @returns A value of the indices' shape, broadcast with x on the other axes.
 * @throws {@link ShapeError} if the axis is empty or out of range, or if the indices do not fit.
 * @category Ops: shapes
 */
export function takeAlongAxis(x: NodeLike, indices: NodeLike, axis = -1): Node {
  const node = asNode(x);
  const places = asIndices("takeAlongAxis", indices);
  const at = normalizeAxis("takeAlongAxis", axis, node.shape.length);
  checkAlong("takeAlongAxis", node.shape, places.shape, at, true);
  return gather(reshape(node, [-1]), placesAlong(node.shape, at, places));
}
