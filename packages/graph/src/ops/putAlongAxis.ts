import { normalizeAxis, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkChoice } from "../core/checkChoice.ts";
import { checkNotStored } from "../core/checkElements.ts";
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

/**
 * Options of {@link putAlongAxis}.
 *
 * @category Ops: shapes
 */
export interface PutAlongAxisOptions {
  /** The axis; the last one by default. Negative axes count from the end. */
  readonly axis?: number;
  /**
   * How an element and the values that are put at it are combined; "set" by default, which replaces
   * the element.
   */
  readonly mode?: "set" | "add" | "max" | "min";
}

/** Lists along an axis: positions in the target, and the values for them. */
interface Puts {
  readonly indices: Node;
  readonly values: Node;
}

/** Brings the lists into another order along the axis. */
function ordered({ indices, values }: Puts, order: Node, axis: number): Puts {
  return { indices: permute(indices, order, axis), values: permute(values, order, axis) };
}

/**
 * Returns the last value that is put at each element, and whether there is one. A stable sort
 * brings the values for one position together. The last value of each such group has a number, from
 * 1 on. These numbers are added to zeros at their positions, and each element gathers the value of
 * its number.
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

/**
 * Returns the order in which the value that "max" or "min" keeps comes last. A NaN comes last too.
 */
function towards(values: Node, mode: "max" | "min", axis: number): Node {
  if (mode === "max") return argsort(values, { axis });
  return values.type === "float"
    ? argsort(neg(values), { axis })
    : argsort(values, { axis, descending: true });
}

/**
 * Returns a value with elements replaced at positions of one axis: out[…, indices[…, j, …], …] =
 * values[…, j, …].
 *
 * It works as NumPy's `put_along_axis` and PyTorch's `scatter`, and makes a new value. If several
 * values are put at one element, the last one stays. The modes "add", "max" and "min" combine all
 * of them with the element. The derivative goes to the values that stay, and to the elements of x
 * that stay.
 *
 * @param x - The value: float, i32 or u32, and for "set" also bool.
 * @param indices - The positions, i32, with as many axes as x. They are clamped to the axis, and
 *   broadcast on the other axes.
 * @param values - The values to put, of x's type. They broadcast to the indices.
 * @param options - The axis and the mode.
 * @returns A value of x's shape.
 * @throws {@link ShapeError} if the axis is empty or out of range, or if indices or values do not
 *   fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: shapes
 */
export function putAlongAxis(
  x: NodeLike,
  indices: NodeLike,
  values: NodeLike,
  options: PutAlongAxisOptions = {},
): Node {
  checkOptions("putAlongAxis", options, ["axis", "mode"]);
  const node = asNode(x);
  checkNotStored("putAlongAxis", node);
  const given = asIndices("putAlongAxis", indices);
  const { mode = "set" } = options;
  checkChoice("putAlongAxis", "mode", mode, ["set", "add", "max", "min"]);
  const axis = normalizeAxis("putAlongAxis", options.axis ?? -1, node.shape.length);
  checkAlong("putAlongAxis", node.shape, given.shape, axis, false);
  const put = asNode(values, node.type);
  const shape = node.shape.with(axis, given.shape[axis] as number);
  const fits = put.type === node.type && broadcastsTo(put.shape, shape);
  const typed = node.type !== "bool" || mode === "set";
  if (!fits || !typed) {
    throw new ShapeError({
      where: "putAlongAxis",
      must: `values must be ${node.type} and broadcast to ${showShape(shape)}; bool only for "set"`,
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
