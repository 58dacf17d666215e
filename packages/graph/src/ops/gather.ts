/** Gathering rows and adding to rows. Each is the other's adjoint, so they share a file. */

import {
  isStoredOnly,
  normalizeAxis,
  ShapeError,
  sameShape,
  showShape,
  type ValueType,
  type View,
} from "@metrigrad/tensor";
import { checkChoice } from "../core/checkChoice.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { add, clip, mul } from "./arithmetic.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { asIndices } from "./indices.ts";
import { iota } from "./iota.ts";
import { moveAxis } from "./moveAxis.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/** Throws ShapeError. */
function refuse(where: string, must: string, got: string, todo: string): never {
  throw new ShapeError({ where, must, got, todo });
}

/**
 * Turns indices [B, i…] into the rows of each case into indices into the rows of all cases, one
 * case after the other.
 */
function acrossCases(indices: Node, rows: number): Node {
  const [cases = 0, ...rest] = indices.shape;
  const first = reshape(mul(iota(cases), rows), [cases, ...rest.map(() => 1)]);
  return add(clip(indices, 0, rows - 1), first);
}

/** Rows of a source at indices; u8 and f16 are converted to `type`. */
export const gatherOp: Op<{ readonly type: ValueType }> = {
  name: "gather",
  infer: ([source, indices], { type }) => {
    const { shape } = source as Node;
    if ((shape[0] ?? 0) < 1) {
      refuse("gather", "the source must have a row", showShape(shape), "reshape it to [rows, …]");
    }
    return { shape: [...(indices as Node).shape, ...shape.slice(1)], type };
  },
  vjp: (node, cotangent) => {
    const [source, indices] = node.inputs as [Node, Node];
    return [scatterAdd(indices, cotangent, source.shape[0] as number), null];
  },
  batch: (node, [source, indices], [manySources, manyIndices]) => {
    const from = source as Node;
    const at = indices as Node;
    if (!manySources) return makeNode(gatherOp, [from, at], node.attrs);
    if (!manyIndices) {
      const rows = makeNode(gatherOp, [moveAxis(from, 1, 0), at], node.attrs);
      return moveAxis(rows, at.shape.length, 0);
    }
    const [cases = 0, rows = 0, ...row] = from.shape;
    const all = reshape(from, [cases * rows, ...row]);
    return makeNode(gatherOp, [all, acrossCases(at, rows)], node.attrs);
  },
  lower: (node, context) => {
    const [source, indices] = node.inputs.map((input) => context.view(input)) as [View, View];
    const output = context.result(node);
    context.emit({ kind: "gather", source, indices, output, label: context.label(node) });
  },
};

/**
 * Options of {@link gather}.
 *
 * @category Ops: shapes
 */
export interface GatherOptions {
  /** The type of rows that are gathered from a u8 or f16 source; `float` by default. */
  readonly type?: "float" | "i32" | "u32";
  /** The axis to index; 0 by default. Negative axes count from the end. */
  readonly axis?: number;
}

/**
 * Reads rows of a value by their positions: out[i…, r…] = source[indices[i…], r…].
 *
 * With another axis than 0, positions on that axis are read, and the axes of the indices take its
 * place. Positions are clamped to the size of the axis. Elements of u8 and f16 are converted on the
 * way.
 *
 * @param source - The value to read from, of any type, with at least one axis.
 * @param indices - The positions, i32, [i…].
 * @param options - The axis, and the type for u8 and f16.
 * @returns The rows, [i…, r…] for axis 0.
 * @throws {@link ShapeError} if the axis is empty or out of range, if indices are not i32, or if a
 *   type is given for a source that is neither u8 nor f16.
 * @throws {@link GraphError} if an option or the type is unknown.
 * @category Ops: shapes
 */
export function gather(source: NodeLike, indices: NodeLike, options: GatherOptions = {}): Node {
  checkOptions("gather", options, ["type", "axis"]);
  const { type: wanted = "float" } = options;
  checkChoice("gather", "type", wanted, ["float", "i32", "u32"]);
  const from = asNode(source);
  const type = isStoredOnly(from.type) ? wanted : from.type;
  if (options.type !== undefined && options.type !== type) {
    refuse("gather", "only a u8 or f16 source is converted", from.type, "cast the rows afterwards");
  }
  const places = asIndices("gather", indices);
  const axis = axisOf("gather", options.axis, from.shape.length);
  const rows = makeNode(gatherOp, [axis === 0 ? from : moveAxis(from, axis, 0), places], { type });
  if (axis === 0) return rows;
  const { length } = places.shape;
  // The axes of the indices come first here. The axes before the indexed one move to the front
  // again.
  return transpose(rows, [
    ...Array.from({ length: axis }, (_, k) => length + k),
    ...Array.from({ length }, (_, k) => k),
    ...Array.from({ length: from.shape.length - 1 - axis }, (_, k) => length + axis + k),
  ]);
}

/** Returns the axis that the options name; 0 by default. */
function axisOf(where: string, axis = 0, rank: number): number {
  return axis === 0 ? 0 : normalizeAxis(where, axis, rank);
}

/** Zeros of `rows` rows, with updates added at indices. */
export const scatterAddOp: Op<{ readonly rows: number }> = {
  name: "scatterAdd",
  infer: ([indices, updates], { rows }) => {
    const { shape } = indices as Node;
    const from = updates as Node;
    const summed = from.type === "float" || from.type === "i32" || from.type === "u32";
    if (!summed || !sameShape(from.shape.slice(0, shape.length), shape)) {
      const must = `updates must be numbers [${[...shape, "r…"].join(", ")}], led by the indices' shape`;
      refuse("scatterAdd", must, `${from.type} ${showShape(from.shape)}`, "reshape or cast them");
    }
    if (!Number.isInteger(rows) || rows < 1) {
      refuse(
        "scatterAdd",
        "rows must be a positive integer",
        String(rows),
        "pass the number of rows",
      );
    }
    return { shape: [rows, ...from.shape.slice(shape.length)], type: from.type };
  },
  vjp: (node, cotangent) => [null, gather(cotangent, node.inputs[0] as Node)],
  batch: (node, [indices, updates], [manyIndices, manyUpdates], size) => {
    const { rows } = node.attrs;
    const at = indices as Node;
    const from = updates as Node;
    if (!manyIndices)
      return moveAxis(scatterAdd(at, moveAxis(from, 0, at.shape.length), rows), 1, 0);
    const each = manyUpdates ? from : broadcastTo(from, [size, ...from.shape]);
    return reshape(scatterAdd(acrossCases(at, rows), each, size * rows), [size, ...node.shape]);
  },
  lower: (node, context) => {
    const [indices, updates] = node.inputs.map((input) => context.view(input)) as [View, View];
    const output = context.result(node);
    context.emit({ kind: "scatterAdd", indices, updates, output, label: context.label(node) });
  },
};

/**
 * Options of {@link scatterAdd}.
 *
 * @category Ops: shapes
 */
export interface ScatterAddOptions {
  /**
   * The axis of the result that is indexed; 0 by default. Negative axes count from the end of the
   * result.
   */
  readonly axis?: number;
}

/**
 * Adds updates to rows of zeros: out[indices[i…], r…] += updates[i…, r…], in the order of i.
 *
 * Positions are clamped to the number of rows. With another axis than 0, the axes of the indices
 * stand at that axis in the updates. It is the adjoint of {@link gather}.
 *
 * @param indices - The positions, i32, [i…].
 * @param updates - The numbers to add: float, i32 or u32, [i…, r…] for axis 0.
 * @param rows - The size of the indexed axis in the result.
 * @param options - The axis.
 * @returns The sums, [rows, r…] for axis 0.
 * @throws {@link ShapeError} if indices are not i32, if updates do not have the axes of the
 *   indices, or if `rows` is not a positive integer.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: shapes
 */
export function scatterAdd(
  indices: NodeLike,
  updates: NodeLike,
  rows: number,
  options: ScatterAddOptions = {},
): Node {
  checkOptions("scatterAdd", options, ["axis"]);
  const places = asIndices("scatterAdd", indices);
  const from = asNode(updates);
  const { length } = places.shape;
  const axis = axisOf("scatterAdd", options.axis, from.shape.length - length + 1);
  if (axis === 0) return makeNode(scatterAddOp, [places, from], { rows });
  const order = from.shape.map((_, k) => k);
  const front = transpose(from, [...order.splice(axis, length), ...order]);
  return moveAxis(makeNode(scatterAddOp, [places, front], { rows }), 0, axis);
}
