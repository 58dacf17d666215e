import {
  add,
  cast,
  concat,
  constant,
  exp,
  expandDims,
  fill,
  gather,
  matmul,
  mul,
  type Node,
  normal,
  reshape,
  slice,
  square,
  squeeze,
  sub,
  sum,
  transpose,
  triangularSolve,
} from "@metrigrad/graph";
import { ShapeError, showShape, tensor } from "@metrigrad/tensor";
import { defLaw } from "./defLaw.ts";
import { checkAlike, checkFits } from "./fits.ts";
import type { ClosedLaw } from "./law.ts";
import { supports } from "./supports.ts";

const name = "gaussianWithCovariance";

/** Returns the number m of responses of h with m + m(m + 1)/2 columns. Throws ShapeError. */
function responsesOf(h: Node): number {
  const [, width = 0] = h.shape;
  const m = (Math.sqrt(9 + 8 * width) - 3) / 2;
  if (h.shape.length === 2 && Number.isInteger(m) && m >= 1) return m;
  throw new ShapeError({
    where: name,
    must: "h must be [n, m + m(m + 1)/2]: means, ln of the diagonal, and what is below it",
    got: showShape(h.shape),
    todo: "give the model 2, 5, 9, 14, … outputs for 1, 2, 3, 4, … responses",
  });
}

/** Returns the places (i, j) below the diagonal, row by row. */
function placesBelow(m: number): readonly (readonly [i: number, j: number])[] {
  return Array.from({ length: m }, (_, i) =>
    Array.from({ length: i }, (_, j) => [i, j] as const),
  ).flat();
}

/**
 * Returns the source of each element of a matrix: first the values of the diagonal, then those below it. The last source is
 * 0.
 */
function sourcesOf(m: number): Int32Array {
  const none = (m * (m + 1)) / 2;
  const below = placesBelow(m);
  const sources = new Int32Array(m * m).fill(none);
  for (let i = 0; i < m; i++) sources[i * m + i] = i;
  for (const [at, [i, j]] of below.entries()) sources[i * m + j] = m + at;
  return sources;
}

/** Returns the means [n, m], ln of P's diagonal [n, m], and P [n, m, m]. */
function parts(h: Node) {
  const [n = 0, width = 0] = h.shape;
  const m = responsesOf(h);
  const lnDiagonal = slice(h, [null, [m, 2 * m]]);
  const zero = fill([n, 1], 0);
  const below = m === 1 ? [] : [slice(h, [null, [2 * m, width]])];
  const values = concat([exp(lnDiagonal), ...below, zero], 1);
  const matrix = gather(values, constant(tensor(sourcesOf(m))), { axis: 1 });
  return { n, m, mean: slice(h, [null, [0, m]]), lnDiagonal, root: reshape(matrix, [n, m, m]) };
}

/** Returns vectors [n, m] as columns [n, m, 1]. */
const column = (x: Node) => expandDims(x, 2);

/**
 * Returns F of the parameters of P: tr(AB) + tr(AB') with A and B = P⁻¹∂P of two of them. The Fisher information of a
 * precision Λ = PP' is ½ tr(Λ⁻¹∂Λ Λ⁻¹∂Λ).
 */
function ofRoot(h: Node): Node {
  const { n, m, root, lnDiagonal } = parts(h);
  const places = [...Array.from({ length: m }, (_, i) => [i, i] as const), ...placesBelow(m)];
  const k = places.length;
  const units = new Float64Array(m * k * m);
  // Column (parameter, j) of E_ij has its 1 in row i.
  for (const [at, [i, j]] of places.entries()) units[i * k * m + at * m + j] = 1;
  const solved = triangularSolve(root, constant(tensor(units, { shape: [1, m, k * m] })));
  // [n, k, m, m] of rows, parameters and the elements of A.
  const all = transpose(reshape(solved, [n, m, k, m]), [0, 2, 1, 3]);
  // ∂P of ln P_ii is P_ii at (i, i).
  const others = k === m ? [] : [fill([n, k - m], 1)];
  const scale = concat([exp(lnDiagonal), ...others], 1);
  const A = mul(all, reshape(scale, [n, k, 1, 1]));
  const flat = (x: Node) => reshape(x, [n, k, m * m]);
  const both = add(A, transpose(A));
  return matmul(flat(A), transpose(flat(both)));
}

/**
 * The law of joint responses y ~ N(μ, (PP')⁻¹) whose mean and covariance both come from the model. y is [n, m] and h is [n,
 * m + m(m + 1)/2]. h has μ, then ln of the diagonal of P, then the elements of P below the diagonal, row by row. P is the
 * lower triangular root of the precision. The Fisher information is PP' in μ, and that of a precision in the others (Magnus
 * and Neudecker 2019, section 15.4).
 */
const law = defLaw({
  name,
  support: supports.real,
  logProb: (observed, h) => {
    const { m, mean, lnDiagonal, root } = parts(h);
    checkFits(name, observed, h, mean.shape);
    const apart = sub(cast(observed, "float"), mean);
    const z = squeeze(matmul(transpose(root), column(apart)), 2);
    const constantTerm = (-m * Math.log(2 * Math.PI)) / 2;
    return add(sum(sub(lnDiagonal, mul(square(z), 0.5)), { axis: 1 }), constantTerm);
  },
  sample: (h, key) => {
    const { mean, root } = parts(h);
    const z = column(normal(mean.shape, { key }));
    return add(mean, squeeze(triangularSolve(root, z, { transpose: true }), 2));
  },
  fisher: (h) => {
    const { n, m, root } = parts(h);
    const k = (m * (m + 1)) / 2;
    const ofMean = matmul(root, transpose(root));
    const zeros = (rows: number, columns: number) => fill([n, rows, columns], 0);
    return concat([concat([ofMean, zeros(m, k)], 2), concat([zeros(k, m), ofRoot(h)], 2)], 1);
  },
  kl: (h, other) => {
    checkAlike(name, h, other);
    const [one, two] = [parts(h), parts(other)];
    // ½(|P⁻¹P'|² − m + |P'ᵀ(μ − μ')|²) + ln|P| − ln|P'|.
    const ratio = triangularSolve(one.root, two.root);
    const spread = sum(square(ratio), { axis: [1, 2] });
    const moved = matmul(transpose(two.root), column(sub(one.mean, two.mean)));
    const squares = add(sub(spread, one.m), sum(square(moved), { axis: [1, 2] }));
    const volumes = sum(sub(one.lnDiagonal, two.lnDiagonal), { axis: 1 });
    return add(mul(squares, 0.5), volumes);
  },
  predict: (h) => parts(h).mean,
});

/**
 * Returns the law of Gaussian responses with unknown means and covariance, y ~ N(μ, (PP')⁻¹).
 *
 * y is [n, m] and h is [n, m + m(m + 1)/2]. The columns of h are the means μ, then ln of the diagonal of P, then the
 * elements of P below the diagonal, row by row. P is the lower triangular root of the precision.
 *
 * @returns The law, always the same object.
 * @nothrow
 * @category Laws and losses
 */
export function gaussianWithCovariance(): ClosedLaw {
  return law as ClosedLaw;
}
