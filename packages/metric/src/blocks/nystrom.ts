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

/** A symmetric positive semi-definite matrix A by its products. */
export interface Products {
  /** k. */
  readonly order: number;
  /** AV [k, s] of V [k, s]. */
  readonly apply: (v: Node) => Node;
  /** tr A, a scalar. */
  readonly trace: Node;
}

/** An approximation of low rank. */
export interface Sketch {
  /** C [r, k] with C'C ≼ A. */
  readonly factor: Node;
  /** The mean of what it leaves of the eigenvalues of A, a scalar: about what the largest of them is where they fall fast. */
  readonly rest: Node;
}

/** Where a unit in the last place is 1 plus this. */
const units: Readonly<Record<FloatType, number>> = { f32: 2 ** -23, f64: 2 ** -52 };

/** How many units of rounding the matrix of the sketch is kept away from a singular one. */
const margin = 4;

/** What the matrix of the sketch of 0 is shifted by. */
const least = 1e-30;

/**
 * The Nyström approximation AΩ(Ω'AΩ)⁻¹Ω'A = C'C of rank r from one product with random numbers Ω [k, r], which are drawn
 * anew in every run (Halko, Martinsson and Tropp 2011, section 5.5; Frangella, Tropp and Udell 2021, arXiv 2110.02820, algorithm 2.1). Ω'AΩ is
 * shifted by what rounding may have taken from it, so that its factor exists and C'C stays below A.
 */
export function nystrom(
  { order, apply, trace: whole }: Products,
  rank: number,
  float: FloatType,
): Sketch {
  const draws = uniform([order, rank], { key: "metric/nystrom" });
  // Of mean 0 and variance 1/k: columns are about 1 long.
  const omega = mul(sub(draws, 0.5), Math.sqrt(12 / order));
  const image = apply(omega);
  const core = matmul(omega, image, { transposeA: true });
  const shift = maximum(mul(trace(core), margin * units[float]), least);
  const factor = triangularSolve(cholesky(core, { shift }), transpose(image));
  const left = maximum(sub(whole, sum(square(factor))), mul(whole, margin * units[float]));
  return { factor, rest: mul(left, 1 / Math.max(1, order - rank)) };
}

/** (C'C + μI)⁻¹ as (I − D'D)/μ with D = L⁻¹C and LL' = CC' + μI (Woodbury). */
export interface LowRankInverse {
  /** D [r, k]. */
  readonly d: Node;
  /** The μ used, a scalar: larger than the one asked for where CC' + μI was singular in rounding. */
  readonly mu: Node;
}

/** Prepares (C'C + μI)⁻¹ for C [r, k]. */
export function lowRankInverse(c: Node, mu: Node): LowRankInverse {
  const factor = cholesky(gram(transpose(c)), { shift: mu });
  return { d: triangularSolve(factor, c), mu: choleskyShift(factor) };
}

/** (C'C + μI)⁻¹V of V [k, s]. */
export function timesLowRankInverse({ d, mu }: LowRankInverse, v: Node): Node {
  return div(sub(v, matmul(d, matmul(d, v), { transposeA: true })), mu);
}

/** λ of a preconditioner: what the sketch leaves counts as λ too, so that nothing is divided by less than rounding. */
export function preconditionerShift(lambda: Node, { rest }: Sketch): Node {
  return add(lambda, rest);
}
