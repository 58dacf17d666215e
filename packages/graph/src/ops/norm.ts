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

/** Options of `norm`. */
export interface NormOptions extends ReduceOptions {
  /** 2 by default; 0 counts what is not zero, ±Infinity are the largest and the smallest |x|. */
  readonly p?: number;
}

/** x^y of x ≥ 0, with value and derivatives 0 at 0. */
export function rootOf(x: Node, y: number): Node {
  const none = equal(x, 0);
  return where(none, 0, pow(where(none, 1, x), y));
}

/**
 * (Σ |x|ᵖ)^(1/p) over axes, all by default, of floats. Where it is 0 its derivatives are taken as 0, and
 * so are those by elements that are 0. Very large and very small elements may leave the range of floats,
 * as they are not scaled.
 * @throws ShapeError for a p that is negative and finite, and for an axis out of range
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

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** Which norm becomes 1; 2 by default. */
  readonly p?: number;
  /** The axis or axes of the norm; 1 by default, as in PyTorch. */
  readonly axis?: number | readonly number[];
  /** What the norm counts as at least; 10⁻¹² by default. */
  readonly eps?: number;
}

/**
 * x/max(‖x‖, eps), so that each part along the axes has norm 1. The axis is 1 by default, as in PyTorch: of a column [n, 1]
 * that leaves signs, so name the axis 0 there. Throws ShapeError.
 */
export function normalize(x: NodeLike, options: NormalizeOptions = {}): Node {
  checkOptions("normalize", options, ["p", "axis", "eps"]);
  const { p = 2, axis = 1, eps = 1e-12 } = options;
  const node = asNode(x);
  return div(node, maximum(norm(node, { p, axis, keepDims: true }), eps));
}
