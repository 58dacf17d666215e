import {
  add,
  cholesky,
  choleskyShift,
  div,
  gram,
  matmul,
  maximum,
  mul,
  type Node,
  square,
  sub,
  sum,
  trace,
  transpose,
  triangularSolve,
  uniform,
} from "@metrigrad/graph";
import type { FloatType } from "@metrigrad/tensor";

/** A symmetric positive semi-definite matrix A that is known by its products. */
export interface Products {
  /** The order k of A. */
  readonly order: number;
  /** Multiplies V [k, s] by A: AV [k, s]. */
  readonly apply: (v: Node) => Node;
  /** The trace of A, a scalar. */
  readonly trace: Node;
}

/** An approximation of low rank. */
export interface Sketch {
  /** The factor C [r, k], with C'C ≼ A. */
  readonly factor: Node;
  /**
   * The mean of the eigenvalues of A that C'C leaves, a scalar. It is about the largest of them if the eigenvalues
   * fall fast.
   */
  readonly rest: Node;
}

/** The difference between 1 and the next larger number. */
const units: Readonly<Record<FloatType, number>> = { f32: 2 ** -23, f64: 2 ** -52 };

/** How many units of rounding keep the matrix of the sketch away from a singular one. */
const margin = 4;

/** The shift of the matrix of the sketch if that matrix is 0. */
const least = 1e-30;

/**
 * Makes the Nyström approximation AΩ(Ω'AΩ)⁻¹Ω'A = C'C of rank r from one product with random numbers Ω [k, r].
 *
 * Ω is drawn anew in every run (Halko, Martinsson and Tropp 2011, section 5.5; Frangella, Tropp and Udell 2021, arXiv
 * 2110.02820, algorithm 2.1). Ω'AΩ is shifted by what rounding may have taken from it, so that its factor exists and
 * C'C stays below A.
 */
export function nystrom(
  { order, apply, trace: whole }: Products,
  rank: number,
  float: FloatType,
): Sketch {
  const draws = uniform([order, rank], { key: "metric/nystrom" });
  // Ω has mean 0 and variance 1/k, so its columns have a length of about 1.
  const omega = mul(sub(draws, 0.5), Math.sqrt(12 / order));
  const image = apply(omega);
  const core = matmul(omega, image, { transposeA: true });
  const shift = maximum(mul(trace(core), margin * units[float]), least);
  const factor = triangularSolve(cholesky(core, { shift }), transpose(image));
  const left = maximum(sub(whole, sum(square(factor))), mul(whole, margin * units[float]));
  return { factor, rest: mul(left, 1 / Math.max(1, order - rank)) };
}

/** The matrix (C'C + μI)⁻¹ as (I − D'D)/μ, with D = L⁻¹C and LL' = CC' + μI (Woodbury). */
export interface LowRankInverse {
  /** The matrix D, [r, k]. */
  readonly d: Node;
  /** The μ that is used, a scalar. It is larger than the one asked for where CC' + μI was singular in rounding. */
  readonly mu: Node;
}

/** Prepares (C'C + μI)⁻¹ for C [r, k]. */
export function lowRankInverse(c: Node, mu: Node): LowRankInverse {
  const factor = cholesky(gram(transpose(c)), { shift: mu });
  return { d: triangularSolve(factor, c), mu: choleskyShift(factor) };
}

/** Multiplies V [k, s] by (C'C + μI)⁻¹. */
export function timesLowRankInverse({ d, mu }: LowRankInverse, v: Node): Node {
  return div(sub(v, matmul(d, matmul(d, v), { transposeA: true })), mu);
}

/**
 * Returns λ for a preconditioner. The rest of the sketch is added to λ, so that nothing is divided by less than
 * rounding.
 */
export function preconditionerShift(lambda: Node, { rest }: Sketch): Node {
  return add(lambda, rest);
}
