import { type Shape, ShapeError, sameShape, showShape, sizeOf } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { add, clip, mul } from "./arithmetic.ts";
import { gather, scatterAdd } from "./gather.ts";
import { asIndices } from "./indices.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** Row-major numbers of the positions [i…, k] on the first k axes of a shape, and how many axes those are. */
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
 * What is at positions on several axes: out[i…, r…] = x[indices[i…, 0], …, indices[i…, k − 1], r…].
 *
 * @param x - The value, of any type; bytes become floats.
 * @param indices - i32 [i…, k] with 1 ≤ k ≤ the number of axes; each is clamped to its axis.
 * @returns [i…, r…] with the axes of x after the first k.
 * @throws ShapeError for indices that do not fit
 */
export function gatherNd(x: NodeLike, indices: NodeLike): Node {
  const node = asNode(x);
  const { places, axes } = placesOf("gatherNd", node.shape, asIndices("gatherNd", indices));
  const rest = node.shape.slice(axes);
  return gather(reshape(node, [sizeOf(node.shape.slice(0, axes)), ...rest]), places);
}

/**
 * Zeros of a shape with updates added at positions on several axes, in order of i:
 * out[indices[i…, 0], …, indices[i…, k − 1], r…] += updates[i…, r…]. The adjoint of `gatherNd`.
 *
 * @param indices - i32 [i…, k] with 1 ≤ k ≤ the number of axes; each is clamped to its axis.
 * @param updates - [i…, r…], float, i32 or u32, with the axes of the result after the first k.
 * @param shape - The shape of the result.
 * @returns A value of that shape and the updates' type.
 * @throws ShapeError for indices or updates that do not fit
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
