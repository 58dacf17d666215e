import { broadcastShapes, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { div, maximum, mul, sub } from "./arithmetic.ts";
import { broadcastTo, sum } from "./broadcastTo.ts";
import { expandDims } from "./expandDims.ts";
import { norm } from "./norm.ts";
import { square } from "./transcendental.ts";

/** Options of `cosineSimilarity`. */
export interface CosineSimilarityOptions {
  /** The axis of the products; 1 by default, as in PyTorch. */
  readonly axis?: number;
  /** What each norm counts as at least; 10⁻⁸ by default. */
  readonly eps?: number;
}

/** x·y/(‖x‖‖y‖) along an axis; x and y broadcast. Throws ShapeError. */
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

/** Options of `cdist`. */
export interface DistanceOptions {
  /** The p of the norm, 2 by default; see `norm`. */
  readonly p?: number;
  /** Whether distances by p = 2 stay squared: cheaper, and smooth where rows are equal. */
  readonly squared?: boolean;
}

/**
 * Distances ‖xᵢ − yⱼ‖ between all rows of x [b…, n, d] and of y [b…, m, d]. They are norms of differences, so
 * close rows lose no digits; between equal rows the derivatives are taken as 0.
 * @returns [b…, n, m]
 * @throws ShapeError for rows of other widths, and for `squared` beside another p than 2
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
