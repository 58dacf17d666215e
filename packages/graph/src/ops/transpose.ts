import { normalizeAxis, ShapeError, showShape, type View } from "@metrigrad/tensor";
import { checkList } from "../core/checkList.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";

/** A view with permuted axes: axis i of the result is axis axes[i] of the input. */
export const transposeOp: Op<{ readonly axes: readonly number[] }> = {
  name: "transpose",
  infer: ([x], { axes }) => {
    const { shape, type } = x as Node;
    return { shape: axes.map((axis) => shape[axis] as number), type };
  },
  vjp: (node, cotangent) => [transpose(cotangent, inverse(node.attrs.axes))],
  batch: (node, [x]) => transpose(x as Node, [0, ...node.attrs.axes.map((axis) => axis + 1)]),
  lower: (node, context) =>
    context.place(node, permuted(context.view(node.inputs[0] as Node), node.attrs.axes)),
  rewrite: (node) => {
    const x = node.inputs[0] as Node;
    const { axes } = node.attrs;
    if (axes.every((axis, index) => axis === index)) return x;
    if (x.op !== (transposeOp as Op)) return node;
    const inner = (x as typeof node).attrs.axes;
    const both = axes.map((axis) => inner[axis] as number);
    return transpose(x.inputs[0] as Node, both);
  },
};

/** Returns the inverse of a permutation. */
function inverse(axes: readonly number[]): number[] {
  const result = new Array<number>(axes.length);
  axes.forEach((axis, index) => {
    result[axis] = index;
  });
  return result;
}

/** Returns a view whose axis i is axis axes[i] of the given view. */
export function permuted(view: View, axes: readonly number[]): View {
  const pick = (list: readonly number[]) => axes.map((axis) => list[axis] as number);
  return { ...view, shape: pick(view.shape), strides: pick(view.strides) };
}

/** Returns the permutation that exchanges the last two axes. */
function lastTwo(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => {
    if (axis < rank - 2) return axis;
    return axis === rank - 1 ? rank - 2 : rank - 1;
  });
}

/**
 * Permutes the axes of a value, without a copy: axis i of the result is axis axes[i] of x.
 *
 * @param x - The value, of any type.
 * @param axes - The permutation. By default the last two axes are exchanged. Negative axes count
 *   from the end.
 * @returns The value with its axes in the new order.
 * @throws {@link ShapeError} if `axes` does not name each axis once, or if it is left out and x has
 *   fewer than two axes.
 * @category Ops: shapes
 */
export function transpose(x: NodeLike, axes?: readonly number[]): Node {
  const node = asNode(x);
  const rank = node.shape.length;
  if (axes !== undefined) checkList("transpose", "axes", axes);
  if (axes === undefined && rank < 2) {
    throw new ShapeError({
      where: "transpose",
      must: "without axes the operand must have at least two",
      got: showShape(node.shape),
      todo: "reshape it to a matrix first",
    });
  }
  const order = (axes ?? lastTwo(rank)).map((axis) => normalizeAxis("transpose", axis, rank));
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ShapeError({
      where: "transpose",
      must: `axes must name each of the operand's ${rank} axes once`,
      got: showShape(axes as readonly number[]),
      todo: "pass a permutation of them",
    });
  }
  if (order.every((axis, index) => axis === index)) return node;
  return makeNode(transposeOp, [node], { axes: order });
}
