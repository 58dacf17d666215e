import { sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul, sub } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { rootOf } from "./norm.ts";
import { type ReduceOptions, reducedAxes, reduceNames } from "./reduction.ts";
import { square } from "./transcendental.ts";

/** Computes Σ x/(n − correction) over axes with n elements. */
function average(where: string, x: Node, options: ReduceOptions, correction: number): Node {
  const axes = reducedAxes(where, x.shape.length, options.axis);
  const count = sizeOf(axes.map((axis) => x.shape[axis] as number));
  return mul(sum(x, options), 1 / (count - correction));
}

/**
 * Computes the mean over axes.
 *
 * The mean over nothing is NaN.
 *
 * @param x - The values, float.
 * @param options - The axes, all by default, and whether they stay with size 1.
 * @returns The means, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function mean(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("mean", options, reduceNames);
  return average("mean", asNode(x), options, 0);
}

/**
 * Options of {@link variance} and {@link std}.
 *
 * @category Ops: reductions
 */
export interface VarianceOptions extends ReduceOptions {
  /**
   * What is subtracted from the number of elements n before dividing by it; 0 by default. 1 gives
   * the unbiased variance.
   */
  readonly correction?: number;
}

const varianceNames = ["axis", "keepDims", "correction"] as const;

/**
 * Computes the variance Σ (x − mean)²/(n − correction) over axes.
 *
 * The correction is 0 by default; PyTorch's default is 1.
 *
 * @param x - The values, float.
 * @param options - The axes, all by default, whether they stay with size 1, and the correction.
 * @returns The variances, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function variance(x: NodeLike, options: VarianceOptions = {}): Node {
  checkOptions("variance", options, varianceNames);
  const { correction = 0, ...over } = options;
  const node = asNode(x);
  const centred = sub(node, mean(node, { ...over, keepDims: true }));
  return average("variance", square(centred), over, correction);
}

/**
 * Computes the standard deviation over axes: the square root of {@link variance}.
 *
 * Where all elements are equal, the result is 0 and its derivative is taken as 0. The correction is
 * 0 by default; PyTorch's default is 1.
 *
 * @param x - The values, float.
 * @param options - The axes, all by default, whether they stay with size 1, and the correction.
 * @returns The standard deviations, of x's shape without the axes.
 * @throws {@link ShapeError} if an axis is out of range, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function std(x: NodeLike, options: VarianceOptions = {}): Node {
  checkOptions("std", options, varianceNames);
  return rootOf(variance(x, options), 0.5);
}
