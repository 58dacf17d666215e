import type { ReduceOp } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { div } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { where } from "./logic.ts";
import { prodPullback } from "./prodPullback.ts";
import {
  keepDimsShape,
  type ReduceAttrs,
  type ReduceOptions,
  reduceNames,
  reduceNode,
  reductionOp,
} from "./reduction.ts";
import { reshape } from "./reshape.ts";

/** Makes the reduction to the largest or smallest element. Equal elements share the derivative. */
function extremeOp(name: ReduceOp): Op<ReduceAttrs> {
  return reductionOp(name, name, (node, cotangent) => {
    const x = node.inputs[0] as Node;
    const { axes } = node.attrs;
    const kept = keepDimsShape(x.shape, axes);
    const ties = equal(x, reshape(node, kept));
    const count = sum(cast(ties, "float"), { axis: axes, keepDims: true });
    return where(ties, div(reshape(cotangent, kept), count), 0);
  });
}

export const maxOp = extremeOp("max");
export const minOp = extremeOp("min");
export const prodOp = reductionOp("prod", "prod", prodPullback);

/**
 * Computes the largest element over axes.
 *
 * The result is NaN if there is a NaN, and −∞ over nothing. Equal elements share the derivative
 * equally.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The largest elements, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function max(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("max", options, reduceNames);
  return reduceNode(maxOp, x, options);
}

/**
 * Computes the smallest element over axes.
 *
 * The result is NaN if there is a NaN, and +∞ over nothing. Equal elements share the derivative
 * equally.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The smallest elements, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function min(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("min", options, reduceNames);
  return reduceNode(minOp, x, options);
}

/**
 * Computes the product over axes: Π x.
 *
 * The product over nothing is 1. Derivatives of every order are correct where elements are zero.
 *
 * @param x - The values: float, i32 or u32.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The products, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, or if x is bool, u8 or f16.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function prod(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("prod", options, reduceNames);
  return reduceNode(prodOp, x, options);
}
