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

/** Statistics x and xx′. */
export type GaussianStatistics = "linear" | "quadratic";

/** A Gaussian distribution as people write it. */
export interface GaussianMoments {
  /** μ, [b…, d]. */
  readonly mean: Node;
  /** S, [b…, d, d]. */
  readonly covariance: Node;
}

/** The family of Gaussian distributions with full covariance. */
export interface GaussianFamily extends Family<GaussianStatistics> {
  /** μ and S of η. */
  toMoments(natural: Coordinates<GaussianStatistics>): GaussianMoments;
  /** η of μ and S; S = LL′ for those who have a Cholesky factor. */
  fromMoments(moments: GaussianMoments): Coordinates<GaussianStatistics>;
}

/**
 * Gaussian distributions on ℝᵈ with full covariance. η = { linear: S⁻¹μ, quadratic: −½S⁻¹ } and
 * m = { linear: μ, quadratic: S + μμ′ }, both quadratic ones symmetric. Products with F⁻¹ take matrix products and one
 * Cholesky factor, and never the Fisher information itself (Salimbeni, Eleftheriadis and Hensman 2018, arXiv 1803.09151).
 *
 * @param size - d.
 * @returns The family; it begins at N(0, I).
 * @throws ShapeError for a size that is no positive integer
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

function toMoments(natural: Coordinates<GaussianStatistics>): GaussianMoments {
  const { factor, mean } = solved(natural);
  const covariance = choleskySolve(factor, eye(mean.shape.at(-1) as number));
  return { mean, covariance: symmetrize(covariance) };
}

function fromMoments({ mean, covariance }: GaussianMoments): Coordinates<GaussianStatistics> {
  const factor = cholesky(covariance);
  const precision = choleskySolve(factor, eye(mean.shape.at(-1) as number));
  return {
    linear: fromColumn(choleskySolve(factor, asColumn(mean))),
    quadratic: mul(symmetrize(precision), -0.5),
  };
}

/** μ and S of m. */
function momentsOf({ linear, quadratic }: Coordinates<GaussianStatistics>): GaussianMoments {
  return { mean: linear, covariance: sub(quadratic, squareOf(linear)) };
}

/** The factor L of S⁻¹ = LL′, and μ. */
function solved(natural: Coordinates<GaussianStatistics>) {
  const factor = cholesky(precisionOf(natural));
  return { factor, mean: fromColumn(choleskySolve(factor, asColumn(natural.linear))) };
}

function precisionOf({ quadratic }: Coordinates<GaussianStatistics>): Node {
  return mul(quadratic, -2);
}

/** xx′ of x [b…, d]. */
function squareOf(x: Node): Node {
  return matmul(asColumn(x), transpose(asColumn(x)));
}

/** Whether matrices are positive definite: `cholesky` then adds nothing to their diagonal. */
function isPositive(matrix: Node): Node {
  return equal(choleskyShift(cholesky(matrix)), 0);
}

/** Whether all numbers of a vector are finite. */
function isKnown(x: Node): Node {
  return isFinite(sumLast(x));
}
