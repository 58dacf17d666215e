import { normalizeAxis, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { broadcastsTo } from "./align.ts";
import { argsort } from "./argsort.ts";
import { add, clip, maximum, minimum, neg, sub } from "./arithmetic.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { greater, notEqual } from "./comparison.ts";
import { concat } from "./concat.ts";
import { fill } from "./fill.ts";
import { gather, scatterAdd } from "./gather.ts";
import { asIndices } from "./indices.ts";
import { iota } from "./iota.ts";
import { where } from "./logic.ts";
import { permute } from "./permute.ts";
import { placesAlong } from "./places.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { checkAlong } from "./takeAlongAxis.ts";

/** Options of `putAlongAxis`. */
export interface PutAlongAxisOptions {
  /** The axis; the last one by default, negative ones count from the end. */
  readonly axis?: number;
  /** What becomes of an element at which a value is put; "set" by default. */
  readonly mode?: "set" | "add" | "max" | "min";
}

/** Lists along an axis: positions in the target, and the values for them. */
interface Puts {
  readonly indices: Node;
  readonly values: Node;
}

/** The lists in another order along the axis. */
function ordered({ indices, values }: Puts, order: Node, axis: number): Puts {
  return { indices: permute(indices, order, axis), values: permute(values, order, axis) };
}

/**
 * The last value put at each element. A stable sort brings the values for one position together; the last
 * of each run has its number added to zeros, 1 for the first, and is gathered by what is there.
 */
function lastPut(shape: readonly number[], puts: Puts, axis: number): { any: Node; value: Node } {
  const { indices, values } = ordered(puts, argsort(puts.indices, { axis }), axis);
  const n = indices.shape[axis] as number;
  const part = (begin: number, end: number) =>
    slice(
      indices,
      indices.shape.map((_, other) => (other === axis ? ([begin, end] as const) : null)),
    );
  const changes = notEqual(part(0, n - 1), part(1, n));
  const end = fill(indices.shape.with(axis, 1), 1, "bool");
  const isLast = concat([changes, end], axis);
  const count = sizeOf(indices.shape);
  const numbers = where(isLast, add(reshape(iota(count), indices.shape), 1), 0);
  const places = placesAlong(shape, axis, indices);
  const winner = reshape(scatterAdd(places, numbers, sizeOf(shape)), shape);
  return { any: greater(winner, 0), value: gather(reshape(values, [-1]), sub(winner, 1)) };
}

/** The order in which the value that counts for "max" or "min" comes last, a NaN among them. */
function towards(values: Node, mode: "max" | "min", axis: number): Node {
  if (mode === "max") return argsort(values, { axis });
  return values.type === "float"
    ? argsort(neg(values), { axis })
    : argsort(values, { axis, descending: true });
}

/**
 * A value with elements replaced at positions of one axis, as NumPy's put_along_axis and PyTorch's scatter do, but as a
 * new value: out[…, indices[…, j, …], …] = values[…, j, …]. Of several values for one element the last one
 * stays; the modes "add", "max" and "min" combine all of them with what is there. The derivative goes to
 * the values that stay, and to the elements of x that do.
 *
 * @param x - The value: float, i32, u32 or bool; numbers for the modes other than "set".
 * @param indices - Positions as i32, with as many axes as x; they are clamped to the positions there are,
 *   and broadcast on the other axes.
 * @param values - What is put, of x's type; it broadcasts to the indices.
 * @param options - Axis and mode.
 * @returns A value of x's shape.
 * @throws ShapeError for an axis out of range or empty, and for indices or values that do not fit
 */
export function putAlongAxis(
  x: NodeLike,
  indices: NodeLike,
  values: NodeLike,
  options: PutAlongAxisOptions = {},
): Node {
  checkOptions("putAlongAxis", options, ["axis", "mode"]);
  const node = asNode(x);
  const given = asIndices("putAlongAxis", indices);
  const { mode = "set" } = options;
  const axis = normalizeAxis("putAlongAxis", options.axis ?? -1, node.shape.length);
  checkAlong("putAlongAxis", node.shape, given.shape, axis, false);
  const put = asNode(values, node.type);
  const shape = node.shape.with(axis, given.shape[axis] as number);
  const fits = put.type === node.type && broadcastsTo(put.shape, shape);
  const typed = node.type !== "u8" && (node.type !== "bool" || mode === "set");
  if (!fits || !typed) {
    throw new ShapeError({
      where: "putAlongAxis",
      must: `values must be ${node.type} and broadcast to ${showShape(shape)}; no u8, and bool only for "set"`,
      got: `${put.type} ${showShape(put.shape)} for ${node.type}, mode "${mode}"`,
      todo: "cast or reshape them",
    });
  }
  if (sizeOf(shape) === 0) return node;
  const places = broadcastTo(clip(given, 0, (node.shape[axis] as number) - 1), shape);
  const puts = { indices: places, values: broadcastTo(put, shape) };
  if (mode === "add") {
    const sums = scatterAdd(placesAlong(node.shape, axis, places), puts.values, sizeOf(node.shape));
    return add(node, reshape(sums, node.shape));
  }
  const lists = mode === "set" ? puts : ordered(puts, towards(puts.values, mode, axis), axis);
  const { any, value } = lastPut(node.shape, lists, axis);
  if (mode === "set") return where(any, value, node);
  return where(any, (mode === "max" ? maximum : minimum)(node, value), node);
}
