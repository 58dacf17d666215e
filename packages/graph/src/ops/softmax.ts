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

/** The axis or axes over which a distribution sums to 1; the last one by default. */
export interface SoftmaxOptions {
  readonly axis?: number | readonly number[];
}

const softmaxNames = ["axis"] as const;

/**
 * The parts of ln Σ eˣ: x less its maximum m, m, and Σ e^(x−m). The result does not depend on m,
 * so m is constant for derivatives; it is 0 where it is infinite, so that no ∞ − ∞ arises.
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

/** A total that may divide and be taken the logarithm of: 1 where no element has any weight. */
function safe(total: Node): Node {
  return where(equal(total, 0), 1, total);
}

/**
 * ln Σ eˣ over axes (all by default) without overflow; where all x are −∞ it is −∞ with derivative 0.
 * Throws ShapeError for an axis out of range.
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
 * eˣ / Σ eˣ over the last axis or those given, without overflow; where all x are −∞ it is 0.
 * Throws ShapeError for an axis out of range.
 */
export function softmax(x: NodeLike, options: SoftmaxOptions = {}): Node {
  checkOptions("softmax", options, softmaxNames);
  const { gap, total } = shifted(x, options.axis ?? -1);
  return div(exp(gap), safe(total));
}

/**
 * x − ln Σ eˣ over the last axis or those given, without overflow; where all x are −∞ it is −∞.
 * Throws ShapeError for an axis out of range.
 */
export function logSoftmax(x: NodeLike, options: SoftmaxOptions = {}): Node {
  checkOptions("logSoftmax", options, softmaxNames);
  const { gap, total } = shifted(x, options.axis ?? -1);
  return sub(gap, log(safe(total)));
}
