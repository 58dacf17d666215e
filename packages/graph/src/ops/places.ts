import { stridesOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { add, clip, mul } from "./arithmetic.ts";
import { iota } from "./iota.ts";
import { reshape } from "./reshape.ts";

/** Makes 0, 1, …, n − 1 along one axis of a value with `rank` axes. The other axes have size 1. */
export function coordinates(rank: number, axis: number, size: number): Node {
  return reshape(iota(size), [
    ...new Array<number>(axis).fill(1),
    size,
    ...new Array<number>(rank - axis - 1).fill(1),
  ]);
}

/**
 * Returns row-major positions in a value of a shape. The index on one axis is given, and clamped.
 * On the other axes it is the position of the index itself. The result is i32 of the indices'
 * shape, broadcast with the value's shape.
 */
export function placesAlong(shape: readonly number[], axis: number, indices: Node): Node {
  const strides = stridesOf(shape);
  const rank = shape.length;
  const own = mul(clip(indices, 0, (shape[axis] as number) - 1), strides[axis] as number);
  return shape.reduce((places: Node, n, other) => {
    if (other === axis || n === 1) return places;
    return add(places, mul(coordinates(rank, other, n), strides[other] as number));
  }, own);
}
