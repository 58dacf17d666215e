import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { add, div, sub } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { equal, isFinite } from "./comparison.ts";
import { where } from "./logic.ts";
import { max } from "./reduce.ts";
import { type ReduceOptions, reducedAxes, reduceNames } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import { stopGradient } from "./stopGradient.ts";
import { exp, log } from "./transcendental.ts";

/**
 * Options of {@link softmax} and {@link logSoftmax}.
 *
 * @category Ops: reductions
 */
export interface SoftmaxOptions {
  /**
   * The axis or axes over which the distribution sums to 1; the last one by default. Negative axes
   * count from the end.
   */
  readonly axis?: number | readonly number[];
}

const softmaxNames = ["axis"] as const;

/**
 * Returns the parts of ln Σ eˣ: x − m, the maximum m, and Σ e^(x−m). The result of the functions
 * below does not depend on m, so derivatives take m as constant. Where the maximum is infinite, m
 * is 0, so that no ∞ − ∞ arises.
 */
function shifted(
  value: NodeLike,
  axis: ReduceOptions["axis"],
): { gap: Node; top: Node; total: Node } {
  const x = asNode(value);
  const options = axis === undefined ? { keepDims: true } : { axis, keepDims: true };
  const largest = stopGradient(max(x, options));
  const top = where(isFinite(largest), largest, 0);
  const gap = sub(x, top);
  return { gap, top, total: sum(exp(gap), options) };
}

/**
 * Replaces a total of 0 by 1, so that it can be divided by and has a logarithm. A total is 0 if all
 * elements are −∞.
 */
function safe(total: Node): Node {
  return where(equal(total, 0), 1, total);
}

/**
 * Computes ln Σ eˣ over axes, without overflow.
 *
 * If all elements are −∞, the result is −∞ and its derivative is 0.
 *
 * @param x - The values, float.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The logarithms, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function logSumExp(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("logSumExp", options, reduceNames);
  const node = asNode(x);
  const { top, total } = shifted(node, options.axis);
  const finite = add(log(safe(total)), top);
  const result = where(equal(total, 0), Number.NEGATIVE_INFINITY, finite);
  if (options.keepDims === true) return result;
  const axes = reducedAxes("logSumExp", node.shape.length, options.axis);
  return reshape(
    result,
    node.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

/**
 * Computes probabilities from their logits: eˣ/Σ eˣ, without overflow.
 *
 * If all logits are −∞, the result is 0.
 *
 * {@includeCode ../../../../examples/api/graph/softmax.ts#example}
 *
 * @param x - The logits, float.
 * @param options - The axis or axes of the sum; the last one by default.
 * @returns The probabilities, of x's shape.
 * @throws {@link ShapeError} if an axis is out of range, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function softmax(x: NodeLike, options: SoftmaxOptions = {}): Node {
  checkOptions("softmax", options, softmaxNames);
  const { gap, total } = shifted(x, options.axis ?? -1);
  return div(exp(gap), safe(total));
}

/**
 * Computes the logarithms of probabilities from their logits: x − ln Σ eˣ, without overflow.
 *
 * If all logits are −∞, the result is −∞.
 *
 * @param x - The logits, float.
 * @param options - The axis or axes of the sum; the last one by default.
 * @returns The logarithms, of x's shape.
 * @throws {@link ShapeError} if an axis is out of range, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function logSoftmax(x: NodeLike, options: SoftmaxOptions = {}): Node {
  checkOptions("logSoftmax", options, softmaxNames);
  const { gap, total } = shifted(x, options.axis ?? -1);
  return sub(gap, log(safe(total)));
}
