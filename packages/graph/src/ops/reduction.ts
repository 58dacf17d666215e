import {
  isStoredOnly,
  normalizeAxis,
  type ReduceOp,
  type Shape,
  ShapeError,
} from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { reshape } from "./reshape.ts";

/**
 * Options of a reduction, such as {@link sum}.
 *
 * @category Ops: reductions
 */
export interface ReduceOptions {
  /** The axis or axes to reduce; all by default. Negative axes count from the end. */
  readonly axis?: number | readonly number[];
  /**
   * Whether the reduced axes stay with size 1, so that the result broadcasts to the operand; false
   * by default.
   */
  readonly keepDims?: boolean;
}

/** The names of the options of a reduction. */
export const reduceNames = ["axis", "keepDims"] as const;

/**
 * Attributes of a reduction.
 *
 * @category Graph: own ops
 */
export interface ReduceAttrs {
  /** The reduced axes, in ascending order. */
  readonly axes: readonly number[];
}

/** Returns the shape without the reduced axes. */
function keptShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** Returns the shape with size 1 on the reduced axes. */
export function keepDimsShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
}

/** Returns the reduced axes that the options name, in ascending order. Throws ShapeError. */
export function reducedAxes(where: string, rank: number, axis: ReduceOptions["axis"]): number[] {
  const named = axis ?? Array.from({ length: rank }, (_, index) => index);
  const list = typeof named === "number" ? [named] : named;
  const axes = list.map((one) => normalizeAxis(where, one, rank));
  return [...new Set(axes)].sort((a, b) => a - b);
}

/** Makes a reduction from how it combines elements, and from its pullback. */
export function reductionOp(
  name: string,
  combine: ReduceOp,
  vjp: (node: Node<ReduceAttrs>, cotangent: Node) => Node,
): Op<ReduceAttrs> {
  const op: Op<ReduceAttrs> = {
    name,
    infer: ([x], { axes }) => {
      const { shape, type } = x as Node;
      if (type === "bool" || isStoredOnly(type)) {
        throw new ShapeError({
          where: name,
          must: "the operand must be float, i32 or u32",
          got: type,
          todo: 'cast(x, "float") first, or cast(x, "i32") to count',
        });
      }
      return { shape: keptShape(shape, axes), type };
    },
    vjp: (node, cotangent) => [vjp(node, cotangent)],
    batch: (node, [x]) =>
      makeNode(op, [x as Node], { axes: node.attrs.axes.map((axis) => axis + 1) }),
    lower: (node, context) => {
      const x = node.inputs[0] as Node;
      const { inputs, expr } = context.fused(x);
      const output = context.result(node);
      context.emit({
        kind: "reduce",
        label: context.label(node),
        shape: x.shape,
        axes: node.attrs.axes,
        inputs,
        exprs: [expr],
        ops: [combine],
        outputs: [output],
      });
    },
    fusesInput: true,
    rewrite: (node) => {
      const x = node.inputs[0] as Node;
      return node.attrs.axes.every((axis) => x.shape[axis] === 1) ? reshape(x, node.shape) : node;
    },
  };
  return op;
}

/** Applies a reduction with the options of its public function. Throws ShapeError. */
export function reduceNode(op: Op<ReduceAttrs>, value: NodeLike, options: ReduceOptions): Node {
  const x = asNode(value);
  const axes = reducedAxes(op.name, x.shape.length, options.axis);
  const reduced = makeNode(op, [x], { axes });
  return options.keepDims === true ? reshape(reduced, keepDimsShape(x.shape, axes)) : reduced;
}
