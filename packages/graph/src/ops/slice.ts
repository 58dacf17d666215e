/** Slices and padding: each is the other's adjoint, so they share a file. */
import {
  literal,
  type ScalarType,
  ShapeError,
  sameShape,
  showShape,
  sizeOf,
  type View,
} from "@metrigrad/tensor";
import { sameView } from "../compile/views.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { LowerContext, Op } from "../core/op.ts";
import { type AxisRange, type Selection, select, subView } from "./selection.ts";

const sliceOp: Op<Selection> = {
  name: "slice",
  infer: ([x], { shape }) => ({ shape, type: (x as Node).type }),
  vjp: (node, cotangent) => {
    const { shape } = node.inputs[0] as Node;
    const { begin, step } = node.attrs;
    const after = shape.map((n, axis) => {
      const size = node.shape[axis] as number;
      const span = size === 0 ? 0 : (size - 1) * (step[axis] as number) + 1;
      return n - (begin[axis] as number) - span;
    });
    const gaps = step.map((by) => by - 1);
    return [padNode(cotangent, { before: begin, after, gaps, value: 0 })];
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
    if (sameShape(shape, x.shape)) return x;
    if (x.op !== (sliceOp as Op)) return node;
    const inner = (x as typeof node).attrs;
    const start = begin.map(
      (b, axis) => (inner.begin[axis] as number) + b * (inner.step[axis] as number),
    );
    const by = step.map((s, axis) => s * (inner.step[axis] as number));
    return makeNode(sliceOp, x.inputs, { begin: start, shape, step: by });
  },
};

/**
 * Part of a value, without a copy: per axis `[begin, end]`, `[begin, end, step]` or null for all of
 * it; `end` is exclusive, negative positions count from the end, and axes not named are whole.
 * Throws ShapeError for a range outside of its axis.
 */
export function slice(x: NodeLike, ranges: readonly (AxisRange | null)[]): Node {
  const node = asNode(x);
  const attrs = select("slice", node.shape, ranges);
  return sameShape(attrs.shape, node.shape) ? node : makeNode(sliceOp, [node], attrs);
}

/** Attributes of padding: elements added per axis before, after and between neighbours. */
interface PadAttrs {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly gaps: readonly number[];
  readonly value: number;
}

/** Where the operand's elements are in the padded value. */
function inside(node: Node<PadAttrs>): Selection {
  const { before, gaps } = node.attrs;
  return { begin: before, shape: (node.inputs[0] as Node).shape, step: gaps.map((gap) => gap + 1) };
}

const padOp: Op<PadAttrs> = {
  name: "pad",
  infer: ([x], { before, after, gaps }) => {
    const { shape, type } = x as Node;
    const padded = shape.map((n, axis) => {
      const between = Math.max(0, n - 1) * (gaps[axis] as number);
      return (before[axis] as number) + n + between + (after[axis] as number);
    });
    return { shape: padded, type };
  },
  vjp: (node, cotangent) => [makeNode(sliceOp, [cotangent], inside(node))],
  batch: (node, [x]) => {
    const { before, after, gaps, value } = node.attrs;
    return padNode(x as Node, {
      before: [0, ...before],
      after: [0, ...after],
      gaps: [0, ...gaps],
      value,
    });
  },
  lower: (node, context) => {
    const output = context.result(node);
    const label = context.label(node);
    const target = subView(output, inside(node));
    for (const part of borders(node)) fillView(node, subView(output, part), context);
    const input = context.view(node.inputs[0] as Node);
    if (!sameView(input, target)) context.emit({ kind: "copy", input, output: target, label });
  },
  // Its borders are filled apart from the operand's place, unless elements lie in between.
  parts: (node, output) => [
    node.attrs.gaps.some((gap) => gap > 0) ? null : subView(output, inside(node)),
  ],
  rewrite: (node) => {
    const x = node.inputs[0] as Node;
    return sameShape(x.shape, node.shape) ? x : node;
  },
};

/** Boxes that cover what the operand does not: everything where elements lie between its own. */
function borders(node: Node<PadAttrs>): Selection[] {
  const { before, gaps } = node.attrs;
  const ones = gaps.map(() => 1);
  const x = (node.inputs[0] as Node).shape;
  if (gaps.some((gap) => gap > 0))
    return [{ begin: ones.map(() => 0), shape: node.shape, step: ones }];
  return node.shape.flatMap((n, axis) => {
    // Earlier axes run over the operand's part only, so that no element is filled twice.
    const begin = before.map((b, other) => (other < axis ? b : 0));
    const shape = node.shape.map((all, other) => (other < axis ? (x[other] as number) : all));
    const head = before[axis] as number;
    const tail = head + (x[axis] as number);
    return [
      { begin, shape: shape.with(axis, head), step: ones },
      { begin: begin.with(axis, tail), shape: shape.with(axis, n - tail), step: ones },
    ].filter((part) => sizeOf(part.shape) > 0);
  });
}

function fillView(node: Node<PadAttrs>, output: View, context: LowerContext): void {
  const exprs = [literal(node.attrs.value, node.type as ScalarType)];
  const label = context.label(node);
  context.emit({ kind: "map", shape: output.shape, inputs: [], exprs, outputs: [output], label });
}

function padNode(x: Node, attrs: PadAttrs): Node {
  return makeNode(padOp, [x], attrs);
}

/**
 * The value with `[before, after]` elements of `value` (0 by default) added on each axis; axes not
 * named get none. Throws ShapeError for widths that are no counts, and for u8.
 */
export function pad(x: NodeLike, widths: readonly (readonly [number, number])[], value = 0): Node {
  const node = asNode(x);
  const counts = widths.flat().every((width) => Number.isInteger(width) && width >= 0);
  if (!counts || widths.length > node.shape.length || node.type === "u8") {
    throw new ShapeError({
      where: "pad",
      must: "there must be a pair [before, after] of counts for at most each axis, and no u8",
      got: `${JSON.stringify(widths)} for ${node.type} ${showShape(node.shape)}`,
      todo: "pass counts ≥ 0; use slice to cut",
    });
  }
  const width = (side: 0 | 1) => node.shape.map((_, axis) => widths[axis]?.[side] ?? 0);
  return padNode(node, { before: width(0), after: width(1), gaps: node.shape.map(() => 0), value });
}
