/** Gathering rows and adding into rows: each is the other's adjoint, so they share a file. */

import {
  normalizeAxis,
  ShapeError,
  sameShape,
  showShape,
  type ValueType,
  type View,
} from "@metrigrad/tensor";
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

function refuse(where: string, must: string, got: string, todo: string): never {
  throw new ShapeError({ where, must, got, todo });
}

/** Indices [B, i…] into rows of each case as indices into the rows of all cases, one after the other. */
function acrossCases(indices: Node, rows: number): Node {
  const [cases = 0, ...rest] = indices.shape;
  const first = reshape(mul(iota(cases), rows), [cases, ...rest.map(() => 1)]);
  return add(clip(indices, 0, rows - 1), first);
}

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

/** Options of `gather`. */
export interface GatherOptions {
  /** The type of the gathered rows of a u8 source: `float` by default. */
  readonly type?: "float" | "i32" | "u32";
  /** The axis that is indexed; 0 by default, negative ones count from the end. */
  readonly axis?: number;
}

/**
 * Rows of a value, out[i…, r…] = source[indices[i…], r…], or what is at positions of another axis:
 * then the axes of the indices take its place. Indices are i32 and clamped to the positions there
 * are. Bytes are converted on the way. Throws ShapeError for an axis without positions, other
 * indices, and a type asked of a source that is not u8.
 */
export function gather(source: NodeLike, indices: NodeLike, options: GatherOptions = {}): Node {
  checkOptions("gather", options, ["type", "axis"]);
  const from = asNode(source);
  const type = from.type === "u8" ? (options.type ?? "float") : from.type;
  if (options.type !== undefined && options.type !== type) {
    refuse("gather", "only a u8 source is converted", from.type, "cast the rows afterwards");
  }
  const places = asIndices("gather", indices);
  const axis = axisOf("gather", options.axis, from.shape.length);
  const rows = makeNode(gatherOp, [axis === 0 ? from : moveAxis(from, axis, 0), places], { type });
  if (axis === 0) return rows;
  const { length } = places.shape;
  // The axes of the indices come first; axes before the indexed one go in front of them again.
  return transpose(rows, [
    ...Array.from({ length: axis }, (_, k) => length + k),
    ...Array.from({ length }, (_, k) => k),
    ...Array.from({ length: from.shape.length - 1 - axis }, (_, k) => length + axis + k),
  ]);
}

/** The axis that options name, 0 by default. */
function axisOf(where: string, axis = 0, rank: number): number {
  return axis === 0 ? 0 : normalizeAxis(where, axis, rank);
}

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

/** Options of `scatterAdd`. */
export interface ScatterAddOptions {
  /** The axis of the result that is indexed; 0 by default, negative ones count from its end. */
  readonly axis?: number;
}

/**
 * Zeros of `rows` rows with updates added, out[indices[i…], r…] += updates[i…, r…] in order of i;
 * indices are i32 and clamped, updates float, i32 or u32. With another axis the axes of the indices
 * stand there in the updates. Throws ShapeError where the updates do not have the axes of the indices.
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
