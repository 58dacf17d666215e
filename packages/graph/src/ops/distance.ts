import { broadcastShapes, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { div, maximum, mul, sub } from "./arithmetic.ts";
import { broadcastTo, sum } from "./broadcastTo.ts";
import { expandDims } from "./expandDims.ts";
import { norm } from "./norm.ts";
import { square } from "./transcendental.ts";

/**
 * Options of {@link cosineSimilarity}.
 *
 * @category Ops: numerics
 */
export interface CosineSimilarityOptions {
  /** The axis of the products; 1 by default, as in PyTorch. */
  readonly axis?: number;
  /** The smallest value of each norm; 1e-8 by default. */
  readonly eps?: number;
}

/**
 * Computes the cosine similarity x·y/(‖x‖‖y‖) along an axis.
 *
 * @param x - The first vectors, float.
 * @param y - The second vectors, float. The two values broadcast.
 * @param options - The axis, and the smallest value of the norms.
 * @returns The similarities, in [−1, 1], of the common shape without the axis.
 * @throws {@link ShapeError} if the shapes do not broadcast, or if the axis is out of range.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: numerics
 */
export function cosineSimilarity(
  x: NodeLike,
  y: NodeLike,
  options: CosineSimilarityOptions = {},
): Node {
  checkOptions("cosineSimilarity", options, ["axis", "eps"]);
  const { axis = 1, eps = 1e-8 } = options;
  const [a, b] = [asNode(x), asNode(y)];
  const shape = broadcastShapes("cosineSimilarity", a.shape, b.shape);
  const [left, right] = [broadcastTo(a, shape), broadcastTo(b, shape)];
  const length = (z: Node) => maximum(norm(z, { axis }), eps);
  return div(sum(mul(left, right), { axis }), mul(length(left), length(right)));
}

/**
 * Options of {@link cdist}.
 *
 * @category Ops: numerics
 */
export interface DistanceOptions {
  /** The p of the norm; 2 by default. See {@link norm}. */
  readonly p?: number;
  /**
   * Whether the distances for p = 2 stay squared; false by default. That is cheaper, and smooth
   * where rows are equal.
   */
  readonly squared?: boolean;
}

/**
 * Computes the distances ‖xᵢ − yⱼ‖ between all rows of x and all rows of y.
 *
 * The distances are norms of differences, so rows that are close to each other lose no digits. The
 * derivative between equal rows is taken as 0.
 *
 * @param x - The first rows, float, [b…, n, d].
 * @param y - The second rows, float, [b…, m, d].
 * @param options - The norm, and whether distances stay squared.
 * @returns The distances, [b…, n, m].
 * @throws {@link ShapeError} if the rows have different widths, if `squared` is used with p ≠ 2, or
 *   if p is negative and finite.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: numerics
 */
export function cdist(x: NodeLike, y: NodeLike, options: DistanceOptions = {}): Node {
  checkOptions("cdist", options, ["p", "squared"]);
  const { p = 2, squared = false } = options;
  const [a, b] = [asNode(x), asNode(y)];
  const fits = a.shape.length >= 2 && b.shape.length >= 2 && a.shape.at(-1) === b.shape.at(-1);
  if (!fits || (squared && p !== 2)) {
    throw new ShapeError({
      where: "cdist",
      must: "x must be [b…, n, d] and y [b…, m, d], and only p = 2 is squared",
      got: `${showShape(a.shape)}, ${showShape(b.shape)}, p = ${p}`,
      todo: "reshape the rows, or leave out `squared`",
    });
  }
  const between = sub(expandDims(a, -2), expandDims(b, -3));
  return squared ? sum(square(between), { axis: -1 }) : norm(between, { p, axis: -1 });
}
