import {
  add,
  all,
  div,
  greater,
  isFinite,
  log,
  logicalAnd,
  mul,
  type Node,
  neg,
  normal,
  reciprocal,
  sqrt,
  square,
  sub,
} from "@metrigrad/graph";
import { constantInit, ones, zeros } from "../init/constant.ts";
import { sumLast } from "./coordinates.ts";
import { defFamily } from "./defFamily.ts";
import type { Coordinates, Family } from "./family.ts";
import type { GaussianStatistics } from "./gaussianFamily.ts";
import { checkSize } from "./starts.ts";

/**
 * The means and the variances of Gaussian distributions with independent numbers.
 *
 * @category Laws and losses
 */
export interface DiagonalMoments {
  /** The means μ, [b…, d]. */
  readonly mean: Node;
  /** The variances σ², [b…, d]. */
  readonly variance: Node;
}

/**
 * The family of Gaussian distributions with independent numbers.
 *
 * @category Laws and losses
 */
export interface DiagonalGaussianFamily extends Family<GaussianStatistics> {
  /**
   * Returns the means and the variances of natural coordinates.
   *
   * @param natural - The natural coordinates η.
   * @returns μ and σ², [b…, d] each.
   */
  toMoments(natural: Coordinates<GaussianStatistics>): DiagonalMoments;
  /**
   * Returns the natural coordinates of means and variances.
   *
   * @param moments - μ and σ², [b…, d] each.
   * @returns The natural coordinates η.
   */
  fromMoments(moments: DiagonalMoments): Coordinates<GaussianStatistics>;
}

/**
 * Returns the family of Gaussian distributions on ℝᵈ with diagonal covariance.
 *
 * The natural coordinates are η = { linear: μ/σ², quadratic: −½/σ² }. The expectation coordinates are m = { linear: μ,
 * quadratic: σ² + μ² }. All are [b…, d].
 *
 * @param size - The number d of numbers in a draw.
 * @returns The family. It begins at N(0, I).
 * @throws {@link ShapeError} if the size is not a positive integer.
 * @category Laws and losses
 */
export function diagonalGaussianFamily(size: number): DiagonalGaussianFamily {
  checkSize("diagonalGaussianFamily", size);
  const family = defFamily<GaussianStatistics>({
    name: `diagonalGaussianFamily(${size})`,
    shapes: { linear: [size], quadratic: [size] },
    natural: {
      start: { linear: zeros, quadratic: constantInit(-0.5) },
      contains: ({ linear, quadratic }) => holds(linear, neg(quadratic)),
    },
    expectation: {
      start: { linear: zeros, quadratic: ones },
      contains: ({ linear, quadratic }) => holds(linear, sub(quadratic, square(linear))),
    },
    logPartition: (natural) => {
      const { mean, variance } = toMoments(natural);
      const logs = add(log(variance), Math.log(2 * Math.PI));
      return mul(sumLast(add(mul(natural.linear, mean), logs)), 0.5);
    },
    toExpectation: (natural) => {
      const { mean, variance } = toMoments(natural);
      return { linear: mean, quadratic: add(variance, square(mean)) };
    },
    toNatural: ({ linear, quadratic }) =>
      fromMoments({ mean: linear, variance: sub(quadratic, square(linear)) }),
    statistics: (x) => ({ linear: x, quadratic: square(x) }),
    sample: (natural, key, count) => {
      const { mean, variance } = toMoments(natural);
      const shape = count === undefined ? mean.shape : [count, ...mean.shape];
      return add(mean, mul(sqrt(variance), normal(shape, { key })));
    },
    kl: (natural, other) => {
      const [own, to] = [toMoments(natural), toMoments(other)];
      const ratio = div(own.variance, to.variance);
      const far = div(square(sub(own.mean, to.mean)), to.variance);
      return mul(sumLast(sub(sub(add(ratio, far), 1), log(ratio))), 0.5);
    },
    // The formulas are those of the full covariance, with dσ² = g₂ − 2μg₁.
    solve: (natural, g) => {
      const precision = mul(natural.quadratic, -2);
      const { mean } = toMoments(natural);
      const spread = sub(g.quadratic, mul(mul(mean, g.linear), 2));
      return {
        linear: mul(precision, sub(g.linear, mul(spread, natural.linear))),
        quadratic: mul(mul(square(precision), spread), 0.5),
      };
    },
  });
  return Object.freeze({ ...family, toMoments, fromMoments });
}

/** Returns μ and σ² of natural coordinates. */
function toMoments({ linear, quadratic }: Coordinates<GaussianStatistics>): DiagonalMoments {
  const variance = mul(reciprocal(quadratic), -0.5);
  return { mean: mul(linear, variance), variance };
}

/** Returns the natural coordinates of μ and σ². */
function fromMoments({ mean, variance }: DiagonalMoments): Coordinates<GaussianStatistics> {
  return { linear: div(mean, variance), quadratic: mul(reciprocal(variance), -0.5) };
}

/** Returns whether all variances are positive and all numbers finite. */
function holds(linear: Node, spread: Node): Node {
  const inside = logicalAnd(greater(spread, 0), isFinite(spread));
  return all(logicalAnd(inside, isFinite(linear)), { axis: -1 });
}
