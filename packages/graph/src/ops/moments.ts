import { sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { mul, sub } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { rootOf } from "./norm.ts";
import { type ReduceOptions, reducedAxes, reduceNames } from "./reduction.ts";
import { square } from "./transcendental.ts";

/** Σ x / (n − correction) over axes, n elements each. */
function average(where: string, x: Node, options: ReduceOptions, correction: number): Node {
  const axes = reducedAxes(where, x.shape.length, options.axis);
  const count = sizeOf(axes.map((axis) => x.shape[axis] as number));
  return mul(sum(x, options), 1 / (count - correction));
}

/** The mean over axes (all by default) of floats; NaN over nothing. Throws ShapeError. */
export function mean(x: NodeLike, options: ReduceOptions = {}): Node {
  checkOptions("mean", options, reduceNames);
  return average("mean", asNode(x), options, 0);
}

/** Options of `variance`. */
export interface VarianceOptions extends ReduceOptions {
  /** 0 divides by the number of elements (the default), 1 by one less (unbiased). */
  readonly correction?: number;
}

const varianceNames = ["axis", "keepDims", "correction"] as const;

/**
 * Σ (x − mean)² / (n − correction) over axes (all by default) of floats. `correction` is 0 by default, PyTorch's is 1.
 * Throws ShapeError.
 */
export function variance(x: NodeLike, options: VarianceOptions = {}): Node {
  checkOptions("variance", options, varianceNames);
  const { correction = 0, ...over } = options;
  const node = asNode(x);
  const centred = sub(node, mean(node, { ...over, keepDims: true }));
  return average("variance", square(centred), over, correction);
}

/**
 * The root of `variance` over axes (all by default) of floats; 0, with derivative 0, where the elements are
 * equal. PyTorch's default correction is 1. Throws ShapeError.
 */
export function std(x: NodeLike, options: VarianceOptions = {}): Node {
  checkOptions("std", options, varianceNames);
  return rootOf(variance(x, options), 0.5);
}
