/** Slicing and placing. Each is the other's adjoint, so they share a file. */

import {
  arg,
  call,
  literal,
  primitiveFns,
  type ScalarType,
  type Shape,
  ShapeError,
  showShape,
  sizeOf,
  type View,
} from "@metrigrad/tensor";
import { sameView } from "../compile/views.ts";
import { checkNotStored } from "../core/checkElements.ts";
import { checkList } from "../core/checkList.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { LowerContext, Op } from "../core/op.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { type Cover, coverOf } from "./cover.ts";
import {
  type AxisRange,
  isWhole,
  type Selection,
  select,
  selectionOf,
  subView,
} from "./selection.ts";

/** A part of a value, as a view. */
export const sliceOp: Op<Selection> = {
  name: "slice",
  infer: ([x], { shape }) => ({ shape, type: (x as Node).type }),
  vjp: (node, cotangent) => {
    const { shape } = node.inputs[0] as Node;
    return [makeNode(placeOp, [cotangent], { shape, parts: [node.attrs], value: 0 })];
  },
  batch: (node, [x], _, size) => {
    const { begin, shape, step } = node.attrs;
    const attrs = { begin: [0, ...begin], shape: [size, ...shape], step: [1, ...step] };
    return makeNode(sliceOp, [x as Node], attrs);
  },
  lower: (node, context) =>
    context.place(node, subView(context.view(node.inputs[0] as Node), node.attrs)),
  rewrite: (node) => {
    const x = node.inputs[0] as Node;
    const { begin, shape, step } = node.attrs;
    if (isWhole(node.attrs, x.shape)) return x;
    if (x.op !== (sliceOp as Op)) return node;
    const inner = (x as typeof node).attrs;
    return makeNode(sliceOp, x.inputs, selectionOf(inner, { begin, shape, step }));
  },
};

/**
 * Takes a part of a value, without a copy.
 *
 * Each range is `[begin, end]`, `[begin, end, step]`, or null for the whole axis. The position
 * `end` is not included. Negative positions count from the end. A negative step takes the same
 * positions from the last one backwards: `[0, n, -1]` reverses an axis.
 *
 * @param x - The value, of any type.
 * @param ranges - A range for each axis, in order. Axes without a range stay whole.
 * @returns The part.
 * @throws {@link ShapeError} if a range lies outside of its axis, if a step is 0, or if there are
 *   more ranges than axes.
 * @category Ops: shapes
 */
export function slice(x: NodeLike, ranges: readonly (AxisRange | null)[]): Node {
  const node = asNode(x);
  checkList("slice", "ranges", ranges);
  const attrs = select("slice", node.shape, ranges);
  return isWhole(attrs, node.shape) ? node : makeNode(sliceOp, [node], attrs);
}

/**
 * Attributes of placing: where each input lies in the result. Where several inputs lie, the result is their sum.
 *
 * @category Graph: own ops
 */
export interface PlaceAttrs {
  /** Sizes of the result. */
  readonly shape: Shape;
  /** The box of each input. */
  readonly parts: readonly Selection[];
  /** The number where no input lies. */
  readonly value: number;
}

/**
 * Places values in a larger value. Where no value lies, the result is `value`. Where several values
 * lie, it is their sum. With one input this is padding. The cotangent of a value that was sliced
 * several times has one input for each slice.
 */
export const placeOp: Op<PlaceAttrs> = {
  name: "pad",
  infer: ([x], { shape }) => ({ shape, type: (x as Node).type }),
  vjp: ({ attrs }, cotangent, wanted) =>
    attrs.parts.map((part, index) => (wanted[index] ? makeNode(sliceOp, [cotangent], part) : null)),
  batch: ({ attrs, inputs }, given, batched, size) => {
    const shape = [size, ...attrs.shape];
    const parts = attrs.parts.map(({ begin, shape, step }) => ({
      begin: [0, ...begin],
      shape: [size, ...shape],
      step: [1, ...step],
    }));
    const whole = given.map((x, index) =>
      batched[index] ? x : broadcastTo(x, [size, ...(inputs[index] as Node).shape]),
    );
    return makeNode(placeOp, whole, { shape, parts, value: attrs.value });
  },
  lower: (node, context) => {
    const output = context.result(node);
    const label = context.label(node);
    const { first, rest } = coverFor(node);
    for (const view of rest?.map((part) => subView(output, part)) ?? [output])
      fillView(node, view, context);
    const each = (isFirst: boolean, emit: (input: View, part: View) => void) =>
      node.inputs.forEach((x, index) => {
        const part = node.attrs.parts[index] as Selection;
        if (first[index] !== isFirst || sizeOf(part.shape) === 0) return;
        emit(context.view(x), subView(output, part));
      });
    each(true, (input, part) => {
      if (!sameView(input, part)) context.emit({ kind: "copy", input, output: part, label });
    });
    each(false, (input, part) => {
      const { shape } = part;
      const type = node.type as ScalarType;
      const exprs = [call(primitiveFns.add, arg(0, type), arg(1, type))];
      context.emit({ kind: "map", shape, inputs: [part, input], exprs, outputs: [part], label });
    });
  },
  // An input may be computed in place if nothing is added to it and no filling overwrites it.
  parts: (node, output) => {
    const { alone, rest } = coverFor(node);
    return node.attrs.parts.map((part, index) =>
      rest !== null && alone[index] ? subView(output, part) : null,
    );
  },
  rewrite: (node) => {
    const { shape, parts, value } = node.attrs;
    const [x] = node.inputs as readonly [Node];
    const [part] = parts as readonly [Selection];
    if (parts.length === 1 && isWhole(part, shape)) return x;
    const nested = value === 0 && node.inputs.some(isPlaced);
    return nested ? placed(node.inputs, shape, parts) : node;
  },
};

/** How the parts of a node lie, by the attributes of the node. */
const covers = new WeakMap<PlaceAttrs, Cover>();

/** Returns how the parts of a node lie. The result is kept for each node. */
function coverFor({ attrs }: Node<PlaceAttrs>): Cover {
  const cover = covers.get(attrs) ?? coverOf(attrs.shape, attrs.parts);
  covers.set(attrs, cover);
  return cover;
}

/** Tells whether a node places values among zeros. */
function isPlaced(node: Node): node is Node<PlaceAttrs> {
  return node.op === (placeOp as Op) && (node as Node<PlaceAttrs>).attrs.value === 0;
}

/**
 * Places values among zeros. If an input places values among zeros itself, its values go directly
 * to their final places.
 */
function placed(nodes: readonly Node[], shape: Shape, parts: readonly Selection[]): Node {
  const inputs = nodes.flatMap((node) => (isPlaced(node) ? node.inputs : [node]));
  const within = nodes.flatMap((node, index) => {
    const part = parts[index] as Selection;
    return isPlaced(node) ? node.attrs.parts.map((inner) => selectionOf(part, inner)) : [part];
  });
  return makeNode(placeOp, inputs, { shape, parts: within, value: 0 });
}

/**
 * Joins those terms of a sum that place values among zeros. The joined term needs one buffer into
 * which each value is written, instead of one buffer of zeros for each term.
 */
export function joinPlaced(terms: readonly Node[]): Node[] {
  const among = terms.filter(isPlaced);
  const [first, second] = among;
  if (first === undefined || second === undefined) return [...terms];
  const { shape } = first;
  const whole = { begin: shape.map(() => 0), shape, step: shape.map(() => 1) };
  const joined = placed(
    among,
    shape,
    among.map(() => whole),
  );
  return terms.flatMap((term) => (term === first ? [joined] : isPlaced(term) ? [] : [term]));
}

/** Emits a step that fills a part of the result. */
function fillView(node: Node<PlaceAttrs>, output: View, context: LowerContext): void {
  const exprs = [literal(node.attrs.value, node.type as ScalarType)];
  const label = context.label(node);
  context.emit({ kind: "map", shape: output.shape, inputs: [], exprs, outputs: [output], label });
}

/**
 * Adds `[before, after]` elements of `value` (0 by default) on each axis. Axes without a pair get
 * none. Throws ShapeError for widths that are not counts, and for u8 and f16.
 */
export function pad(x: NodeLike, widths: readonly (readonly [number, number])[], value = 0): Node {
  const node = asNode(x);
  const counts = widths.flat().every((width) => Number.isInteger(width) && width >= 0);
  checkNotStored("pad", node);
  if (!counts || widths.length > node.shape.length) {
    throw new ShapeError({
      where: "pad",
      must: "there must be a pair [before, after] of counts for at most each axis",
      got: `${JSON.stringify(widths)} for ${showShape(node.shape)}`,
      todo: "pass counts ≥ 0; use slice to cut",
    });
  }
  const width = (side: 0 | 1) => node.shape.map((_, axis) => widths[axis]?.[side] ?? 0);
  const [before, after] = [width(0), width(1)];
  const shape = node.shape.map((n, axis) => (before[axis] as number) + n + (after[axis] as number));
  const part = { begin: before, shape: node.shape, step: shape.map(() => 1) };
  return makeNode(placeOp, [node], { shape, parts: [part], value });
}
