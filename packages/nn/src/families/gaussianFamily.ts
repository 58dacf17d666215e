import {
  add,
  cholesky,
  choleskyLogdet,
  choleskyShift,
  choleskySolve,
  equal,
  eye,
  isFinite,
  logicalAnd,
  matmul,
  mul,
  type Node,
  normal,
  square,
  sub,
  symmetrize,
  transpose,
  triangularSolve,
} from "@metrigrad/graph";
import { zeros } from "../init/constant.ts";
import { asColumn, fromColumn, sumLast } from "./coordinates.ts";
import { defFamily } from "./defFamily.ts";
import type { Coordinates, Family } from "./family.ts";
import { checkSize, eyeInit } from "./starts.ts";

/**
 * The names of the statistics x and xx′.
 *
 * @category Laws and losses
 */
export type GaussianStatistics = "linear" | "quadratic";

/**
 * The mean and the covariance of Gaussian distributions.
 *
 * @category Laws and losses
 */
export interface GaussianMoments {
  /** The mean μ, [b…, d]. */
  readonly mean: Node;
  /** The covariance S, [b…, d, d]. */
  readonly covariance: Node;
}

/**
 * The family of Gaussian distributions with full covariance.
 *
 * @category Laws and losses
 */
export interface GaussianFamily extends Family<GaussianStatistics> {
  /**
   * Returns the mean and the covariance of natural coordinates.
   *
   * @param natural - The natural coordinates η.
   * @returns μ, [b…, d], and S, [b…, d, d].
   */
  toMoments(natural: Coordinates<GaussianStatistics>): GaussianMoments;
  /**
   * Returns the natural coordinates of a mean and a covariance. From a Cholesky factor L pass S = LL′.
   *
   * @param moments - μ, [b…, d], and S, [b…, d, d].
   * @returns The natural coordinates η.
   */
  fromMoments(moments: GaussianMoments): Coordinates<GaussianStatistics>;
}

/**
 * Returns the family of Gaussian distributions on ℝᵈ with full covariance.
 *
 * The natural coordinates are η = { linear: S⁻¹μ, quadratic: −½S⁻¹ }. The expectation coordinates are m = { linear: μ,
 * quadratic: S + μμ′ }. The quadratic ones are symmetric. Products with F⁻¹ take matrix products and one Cholesky factor,
 * and never form the Fisher information (Salimbeni, Eleftheriadis and Hensman 2018, arXiv 1803.09151).
 *
 * @param size - The number d of numbers in a draw.
 * @returns The family. It begins at N(0, I).
 * @throws {@link ShapeError} if the size is not a positive integer.
 * @category Laws and losses
 */
export function gaussianFamily(size: number): GaussianFamily {
  checkSize("gaussianFamily", size);
  const family = defFamily<GaussianStatistics>({
    name: `gaussianFamily(${size})`,
    shapes: { linear: [size], quadratic: [size, size] },
    natural: {
      start: { linear: zeros, quadratic: eyeInit(-0.5) },
      contains: ({ linear, quadratic }) =>
        logicalAnd(isPositive(mul(quadratic, -2)), isKnown(linear)),
    },
    expectation: {
      start: { linear: zeros, quadratic: eyeInit(1) },
      contains: (m) => logicalAnd(isPositive(momentsOf(m).covariance), isKnown(m.linear)),
    },
    logPartition: (natural) => {
      const { factor, mean } = solved(natural);
      const squares = sumLast(mul(natural.linear, mean));
      const logs = sub(size * Math.log(2 * Math.PI), choleskyLogdet(factor));
      return mul(add(squares, logs), 0.5);
    },
    toExpectation: (natural) => {
      const { mean, covariance } = toMoments(natural);
      return { linear: mean, quadratic: add(covariance, squareOf(mean)) };
    },
    toNatural: (m) => fromMoments(momentsOf(m)),
    statistics: (x) => ({ linear: x, quadratic: squareOf(x) }),
    sample: (natural, key, count) => {
      const { factor, mean } = solved(natural);
      const shape = count === undefined ? mean.shape : [count, ...mean.shape];
      const noise = asColumn(normal(shape, { key }));
      return add(mean, fromColumn(triangularSolve(factor, noise, { transpose: true })));
    },
    kl: (natural, other) => {
      const [own, to] = [solved(natural), solved(other)];
      const covariance = choleskySolve(own.factor, eye(size));
      const spread = sumLast(mul(precisionOf(other), covariance), 2);
      const moved = asColumn(sub(own.mean, to.mean));
      const far = sumLast(square(matmul(transpose(to.factor), moved)), 2);
      const logs = sub(choleskyLogdet(own.factor), choleskyLogdet(to.factor));
      return mul(add(sub(add(spread, far), size), logs), 0.5);
    },
    // With dμ = g₁ and dS = G₂ − g₁μ′ − μg₁′: d(S⁻¹) = −S⁻¹ dS S⁻¹, d(S⁻¹μ) = S⁻¹(g₁ − dS S⁻¹μ).
    solve: (natural, g) => {
      const precision = precisionOf(natural);
      const { mean } = solved(natural);
      const [column, move] = [asColumn(natural.linear), asColumn(g.linear)];
      const across = matmul(move, transpose(asColumn(mean)));
      const spread = sub(symmetrize(g.quadratic), mul(symmetrize(across), 2));
      const bent = symmetrize(matmul(matmul(precision, spread), precision));
      return {
        linear: fromColumn(matmul(precision, sub(move, matmul(spread, column)))),
        quadratic: mul(bent, 0.5),
      };
    },
  });
  return Object.freeze({ ...family, toMoments, fromMoments });
}

/** Returns μ and S of natural coordinates. */
function toMoments(natural: Coordinates<GaussianStatistics>): GaussianMoments {
  const { factor, mean } = solved(natural);
  const covariance = choleskySolve(factor, eye(mean.shape.at(-1) as number));
  return { mean, covariance: symmetrize(covariance) };
}

/** Returns the natural coordinates of μ and S. */
function fromMoments({ mean, covariance }: GaussianMoments): Coordinates<GaussianStatistics> {
  const factor = cholesky(covariance);
  const precision = choleskySolve(factor, eye(mean.shape.at(-1) as number));
  return {
    linear: fromColumn(choleskySolve(factor, asColumn(mean))),
    quadratic: mul(symmetrize(precision), -0.5),
  };
}

/** Returns μ and S of expectation coordinates. */
function momentsOf({ linear, quadratic }: Coordinates<GaussianStatistics>): GaussianMoments {
  return { mean: linear, covariance: sub(quadratic, squareOf(linear)) };
}

/** Returns the factor L of S⁻¹ = LL′, and μ. */
function solved(natural: Coordinates<GaussianStatistics>) {
  const factor = cholesky(precisionOf(natural));
  return { factor, mean: fromColumn(choleskySolve(factor, asColumn(natural.linear))) };
}

/** Returns the precision S⁻¹ of natural coordinates. */
function precisionOf({ quadratic }: Coordinates<GaussianStatistics>): Node {
  return mul(quadratic, -2);
}

/** Returns xx′ of x [b…, d]. */
function squareOf(x: Node): Node {
  return matmul(asColumn(x), transpose(asColumn(x)));
}

/** Returns whether matrices are positive definite: `cholesky` then adds nothing to their diagonal. */
function isPositive(matrix: Node): Node {
  return equal(choleskyShift(cholesky(matrix)), 0);
}

/** Returns whether all numbers of a vector are finite. */
function isKnown(x: Node): Node {
  return isFinite(sumLast(x));
}
