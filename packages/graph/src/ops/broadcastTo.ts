/** Broadcasting and summation. Each is the other's adjoint, so they share a file. */

import {
  broadcastShapes,
  checkShape,
  type Shape,
  ShapeError,
  sameShape,
  showShape,
} from "@metrigrad/tensor";
import { broadcastView } from "../compile/views.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { alignBatch } from "./align.ts";
import {
  keepDimsShape,
  type ReduceAttrs,
  type ReduceOptions,
  reduceNames,
  reduceNode,
  reductionOp,
} from "./reduction.ts";
import { reshape } from "./reshape.ts";

/** A view that repeats its input along new axes and along axes of size 1. */
export const broadcastToOp: Op<{ readonly shape: Shape }> = {
  name: "broadcastTo",
  infer: ([x], { shape }) => ({ shape, type: (x as Node).type }),
  vjp: (node, cotangent) => [unbroadcast(cotangent, (node.inputs[0] as Node).shape)],
  batch: (node, inputs, batched, size) => {
    const [x] = alignBatch(inputs, batched, node.shape.length);
    return broadcastTo(x as Node, [size, ...node.attrs.shape]);
  },
  lower: (node, context) =>
    context.place(node, broadcastView(context.view(node.inputs[0] as Node), node.shape)),
  rewrite: (node) => {
    const x = node.inputs[0] as Node;
    if (sameShape(x.shape, node.shape)) return x;
    return x.op === (broadcastToOp as Op) ? broadcastTo(x.inputs[0] as Node, node.shape) : node;
  },
};

/**
 * Repeats a value to a larger shape by NumPy's rules, without a copy.
 *
 * Axes are aligned from the last one on. Missing axes and axes of size 1 are repeated.
 *
 * @param x - The value, of any type.
 * @param shape - The shape of the result.
 * @returns The repeated value, of the given shape.
 * @throws {@link ShapeError} if the shape is not a list of sizes, or if x does not broadcast to it.
 * @category Ops: shapes
 */
export function broadcastTo(x: NodeLike, shape: Shape): Node {
  const node = asNode(x);
  checkShape("broadcastTo", shape);
  if (sameShape(node.shape, shape)) return node;
  const fits = node.shape.length <= shape.length;
  if (!fits || !sameShape(broadcastShapes("broadcastTo", node.shape, shape), shape)) {
    throw new ShapeError({
      where: "broadcastTo",
      must: `${showShape(node.shape)} must broadcast to the shape (equal sizes, or 1, from the last axis on)`,
      got: showShape(shape),
      todo: "choose a larger shape, or reshape the operand",
    });
  }
  return makeNode(broadcastToOp, [node], { shape: [...shape] });
}

export const sumOp: Op<ReduceAttrs> = reductionOp("sum", "sum", (node, cotangent) => {
  const { shape } = node.inputs[0] as Node;
  return broadcastTo(reshape(cotangent, keepDimsShape(shape, node.attrs.axes)), shape);
});

/**
 * Sums over axes: Σ x.
 *
 * Integers wrap around. The sum over nothing is 0.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The sums, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function sum(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("sum", options, reduceNames);
  return reduceNode(sumOp, x, options);
}

/**
 * Sums a value down to a shape that was broadcast to the value's shape.
 *
 * It is the adjoint of {@link broadcastTo}. Authors of ops need it for the cotangents of operands
 * that broadcast.
 *
 * @param node - The value, to sum over the axes that were repeated.
 * @param shape - The shape before it was broadcast.
 * @returns The sums, of the given shape.
 * @throws {@link ShapeError} if the shape does not broadcast to the value's shape, or if bool, u8 or
 *   f16 must be summed.
 * @category Ops: shapes
 */
export function unbroadcast(node: Node, shape: Shape): Node {
  if (sameShape(node.shape, shape)) return node;
  const lead = node.shape.length - shape.length;
  const axes = node.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (shape[axis - lead] === 1 && node.shape[axis] !== 1));
  return reshape(axes.length === 0 ? node : sum(node, { axis: axes }), shape);
}
