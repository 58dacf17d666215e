import { ShapeError } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { abs, div, maximum } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { equal, notEqual } from "./comparison.ts";
import { where } from "./logic.ts";
import { max, min } from "./reduce.ts";
import { type ReduceOptions, reducedAxes } from "./reduction.ts";
import { pow, square } from "./transcendental.ts";

/**
 * Options of {@link norm}.
 *
 * @category Ops: reductions
 */
export interface NormOptions extends ReduceOptions {
  /**
   * Which norm; 2 by default. 0 counts the elements that are not zero; Infinity and −Infinity give
   * the largest and the smallest |x|.
   */
  readonly p?: number;
}

/** Computes x^y for x ≥ 0. At 0 the value and the derivatives are 0. */
export function rootOf(x: Node, y: number): Node {
  const none = equal(x, 0);
  return where(none, 0, pow(where(none, 1, x), y));
}

/**
 * Computes the norm (Σ |x|ᵖ)^(1/p) over axes.
 *
 * Where the norm is 0, its derivative is taken as 0; so is the derivative by elements that are 0.
 * Elements are not scaled before: the powers of very large and very small elements may overflow or
 * become 0.
 *
 * @param x - The values, float.
 * @param options - The axes, all by default, whether they stay with size 1, and p.
 * @returns The norms, of x's shape without the axes.
 * @throws {@link ShapeError} if p is negative and finite, or if an axis is out of range.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function norm(x: NodeLike, options: NormOptions = {}): Node {
  checkOptions("norm", options, ["axis", "keepDims", "p"]);
  const { p = 2, ...over } = options;
  const node = asNode(x);
  reducedAxes("norm", node.shape.length, over.axis);
  if (p === 2) return rootOf(sum(square(node), over), 0.5);
  if (p === 1) return sum(abs(node), over);
  if (p === 0) return sum(cast(notEqual(node, 0), "float"), over);
  if (p === Number.POSITIVE_INFINITY) return max(abs(node), over);
  if (p === Number.NEGATIVE_INFINITY) return min(abs(node), over);
  if (p > 0) return rootOf(sum(rootOf(abs(node), p), over), 1 / p);
  throw new ShapeError({
    where: "norm",
    must: "p must be at least 0, or ±Infinity",
    got: String(p),
    todo: "pass { p: 2 }",
  });
}

/**
 * Options of {@link normalize}.
 *
 * @category Ops: reductions
 */
export interface NormalizeOptions {
  /** Which norm becomes 1; 2 by default. */
  readonly p?: number;
  /**
   * The axis or axes of the norm; 1 by default, as in PyTorch. Negative axes count from the end.
   */
  readonly axis?: number | readonly number[];
  /** The smallest value that x is divided by; 1e-12 by default. */
  readonly eps?: number;
}

/**
 * Divides by the norm, so that each part along the axes has norm 1: x/max(‖x‖, eps).
 *
 * The axis is 1 by default, as in PyTorch. A column [n, 1] then keeps only its signs; for a column
 * pass `{ axis: 0 }`.
 *
 * @param x - The values, float.
 * @param options - The norm, its axes, and the smallest value of the norm.
 * @returns The normalized values, of x's shape.
 * @throws {@link ShapeError} if p is negative and finite, or if an axis is out of range.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: reductions
 */
export function normalize(x: NodeLike, options: NormalizeOptions = {}): Node {
  checkOptions("normalize", options, ["p", "axis", "eps"]);
  const { p = 2, axis = 1, eps = 1e-12 } = options;
  const node = asNode(x);
  return div(node, maximum(norm(node, { p, axis, keepDims: true }), eps));
}
