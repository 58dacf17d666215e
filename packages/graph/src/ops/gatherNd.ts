import { type Shape, ShapeError, sameShape, showShape, sizeOf } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { add, clip, mul } from "./arithmetic.ts";
import { gather, scatterAdd } from "./gather.ts";
import { asIndices } from "./indices.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/**
 * Returns the row-major numbers of positions [i…, k] on the first k axes of a shape, and k itself.
 */
function placesOf(where: string, shape: Shape, indices: Node): { places: Node; axes: number } {
  const axes = indices.shape.at(-1);
  const known = axes !== undefined && axes >= 1 && axes <= shape.length;
  if (!known || shape.slice(0, axes).includes(0)) {
    throw new ShapeError({
      where,
      must: `indices must be [i…, k] with a position on each of the first k axes of ${showShape(shape)}, none of them empty`,
      got: showShape(indices.shape),
      todo: "stack the positions on the last axis",
    });
  }
  const lead = indices.shape.slice(0, -1);
  const own = (axis: number) => {
    const column = slice(indices, [...lead.map(() => null), [axis, axis + 1]]);
    return clip(reshape(column, lead), 0, (shape[axis] as number) - 1);
  };
  let places = own(0);
  for (let axis = 1; axis < axes; axis++) {
    places = add(mul(places, shape[axis] as number), own(axis));
  }
  return { places, axes };
}

/**
 * Reads a value at positions on several axes: out[i…, r…] = x[indices[i…, 0], …, indices[i…, k −
 * 1], r…].
 *
 * @param x - The value, of any type. Bytes become floats.
 * @param indices - The positions, i32, [i…, k], with k from 1 to the number of axes. Each position
 *   is clamped to its axis.
 * @returns The elements, [i…, r…], with the axes of x after the first k.
 * @throws {@link ShapeError} if indices are not i32, or if they do not fit x.
 * @category Ops: shapes
 */
export function gatherNd(x: NodeLike, indices: NodeLike): Node {
  const node = asNode(x);
  const { places, axes } = placesOf("gatherNd", node.shape, asIndices("gatherNd", indices));
  const rest = node.shape.slice(axes);
  return gather(reshape(node, [sizeOf(node.shape.slice(0, axes)), ...rest]), places);
}

/**
 * Adds updates to zeros at positions on several axes, in the order of i.
 *
 * out[indices[i…, 0], …, indices[i…, k − 1], r…] += updates[i…, r…]. It is the adjoint of
 * {@link gatherNd}.
 *
 * @param indices - The positions, i32, [i…, k], with k from 1 to the number of axes. Each position
 *   is clamped to its axis.
 * @param updates - The numbers to add: float, i32 or u32, [i…, r…], with the axes of the result
 *   after the first k.
 * @param shape - The shape of the result.
 * @returns The sums, of that shape and of the updates' type.
 * @throws {@link ShapeError} if indices are not i32, or if indices or updates do not fit the shape.
 * @category Ops: shapes
 */
export function scatterNd(indices: NodeLike, updates: NodeLike, shape: Shape): Node {
  const from = asNode(updates);
  const { places, axes } = placesOf("scatterNd", shape, asIndices("scatterNd", indices));
  const wanted = [...places.shape, ...shape.slice(axes)];
  if (!sameShape(from.shape, wanted)) {
    throw new ShapeError({
      where: "scatterNd",
      must: `updates must have shape ${showShape(wanted)}`,
      got: showShape(from.shape),
      todo: "reshape or broadcast them",
    });
  }
  return reshape(scatterAdd(places, from, sizeOf(shape.slice(0, axes))), shape);
}
