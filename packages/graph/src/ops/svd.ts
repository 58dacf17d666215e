import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { argMax } from "./argmax.ts";
import { abs, add, div, mul, sub } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { equal, less } from "./comparison.ts";
import { expandDims } from "./expandDims.ts";
import { jacobi } from "./jacobi.ts";
import { where } from "./logic.ts";
import { matmul } from "./matmul.ts";
import { matrixSize } from "./matrixPart.ts";
import { oneHot } from "./oneHot.ts";
import { signedQr } from "./qr.ts";
import { square } from "./transcendental.ts";
import { transpose } from "./transpose.ts";

/**
 * The factors of {@link svd}: a = u diag(s) v'.
 *
 * @category Ops: linear algebra
 */
export interface SvdFactors {
  /**
   * Orthonormal columns, [b…, m, k], with k = min(m, n). In each column the entry with the largest
   * magnitude is positive.
   */
  readonly u: Node;
  /** The singular values, [b…, k], in descending order. */
  readonly s: Node;
  /** Orthonormal columns, [b…, n, k]. */
  readonly v: Node;
}

/** The name of a factor. */
type Part = keyof SvdFactors;

/** One of the factors. So a factor that nobody uses is not computed. */
const svdOp: Op<{ readonly part: Part }> = {
  name: "svd",
  infer: ([a], { part }) => {
    const [m, n] = matrixSize("svd", a as Node);
    const k = Math.min(m, n);
    const own = { u: [m, k], s: [k], v: [n, k] };
    return { shape: [...(a as Node).shape.slice(0, -2), ...own[part]], type: "float" };
  },
  vjp: ({ attrs, inputs: [a] }, cotangent) => [pulled[attrs.part](nodesOf(a as Node), cotangent)],
  batch: ({ attrs }, [a]) => makeNode(svdOp, [a as Node], attrs),
  lower: () => undefined,
  rewrite: ({ attrs, inputs: [a] }) => computed(a as Node)[attrs.part],
};

// With F_ij = 1/(s_j² − s_i²) off the diagonal, Ā = U S̄ V' + (U(F∘(U'Ū − Ū'U))S + (I − UU')ŪS⁻¹)V'
// + U(S(F∘(V'V̄ − V̄'V))V' + S⁻¹V̄'(I − VV')) (Townsend 2016, equation 31). For equal and for zero
// singular values the vectors have no derivative; F_ij and the inverses are set to 0 there.
/** The pullback of each factor. */
const pulled: Readonly<Record<Part, (factors: SvdFactors, bar: Node) => Node>> = {
  s: ({ u, v }, bar) => matmul(mul(u, expandDims(bar, -2)), v, { transposeB: true }),
  u: ({ u, s, v }, bar) => matmul(vectorBar(u, s, bar), v, { transposeB: true }),
  v: ({ u, s, v }, bar) => matmul(u, vectorBar(v, s, bar), { transposeB: true }),
};

/** Computes U(F∘(U'Ū − Ū'U))S + (I − UU')ŪS⁻¹. */
function vectorBar(u: Node, s: Node, bar: Node): Node {
  const squares = square(s);
  const gaps = sub(expandDims(squares, -2), expandDims(squares, -1));
  const same = equal(gaps, 0);
  const within = matmul(u, bar, { transposeA: true });
  const turn = mul(sub(within, transpose(within)), where(same, 0, div(1, where(same, 1, gaps))));
  const values = expandDims(s, -2);
  const inside = mul(matmul(u, turn), values);
  const [m, k] = u.shape.slice(-2);
  if (m === k) return inside;
  const zero = equal(values, 0);
  const inverses = where(zero, 0, div(1, where(zero, 1, values)));
  return add(inside, mul(sub(bar, matmul(u, within)), inverses));
}

/** Makes the nodes of the three factors. */
function nodesOf(a: Node): SvdFactors {
  const part = (name: Part) => makeNode(svdOp, [a], { part: name });
  return { u: part("u"), s: part("s"), v: part("v") };
}

// The factors are rewritten one by one. This map makes sure that all are results of the same loop.
const known = new WeakMap<Node, SvdFactors>();

/** Returns the computation of the factors. */
function computed(a: Node): SvdFactors {
  const found = known.get(a) ?? signed(thin(a));
  known.set(a, found);
  return found;
}

/** Computes the factors without a choice of signs. */
function thin(a: Node): SvdFactors {
  const [m, n] = matrixSize("svd", a);
  if (m < n) {
    const { u, s, v } = thin(transpose(a));
    return { u: v, s, v: u };
  }
  if (m > n) {
    const { q, r } = signedQr(a);
    const { u, s, v } = thin(r);
    return { u: matmul(q, u), s, v };
  }
  // Reflections make the rotated columns unit vectors, also columns of length 0. The columns are
  // orthogonal, so r is diagonal.
  const { rows, lengths, rotations } = jacobi(a);
  return { u: signedQr(transpose(rows)).q, s: lengths, v: transpose(rotations) };
}

/** Chooses signs, so that the entry with the largest magnitude in each column of u is positive. */
function signed({ u, s, v }: SvdFactors): SvdFactors {
  const rows = transpose(u);
  const picked = oneHot(argMax(abs(rows)), rows.shape.at(-1) as number);
  const entry = expandDims(sum(mul(rows, picked), { axis: -1 }), -2);
  const sign = where(less(entry, 0), -1, 1);
  return { u: mul(u, sign), s, v: mul(v, sign) };
}

/**
 * Computes the thin singular value decomposition a = u diag(s) v'.
 *
 * The method is one-sided Jacobi rotations in a loop with a fixed number of sweeps. The source is
 * Demmel and Veselić 1992, "Jacobi's method is more accurate than QR". u and v are orthonormal for
 * every rank. Note that the third factor is v, as in PyTorch's `svd`. It is not the transpose of v,
 * as in `linalg.svd`.
 *
 * The derivative of u and v exists where the singular values differ and are not zero. A pair of
 * equal values adds 0 to it, and so does a value of 0. The derivative of s exists where the values
 * are not zero; the derivative of a sum over equal values exists too.
 *
 * @param a - The matrices, float, [b…, m, n].
 * @returns The factors u, [b…, m, k], s, [b…, k], and v, [b…, n, k], with k = min(m, n).
 * @throws {@link ShapeError} if a has fewer than two axes, is not float, or is empty.
 * @category Ops: linear algebra
 */
export function svd(a: NodeLike): SvdFactors {
  return Object.freeze(nodesOf(asNode(a)));
}

/**
 * Computes the singular values of matrices, in descending order. It costs half of {@link svd}.
 *
 * @param a - The matrices, float, [b…, m, n].
 * @returns The singular values, [b…, min(m, n)].
 * @throws {@link ShapeError} if a has fewer than two axes, is not float, or is empty.
 * @category Ops: linear algebra
 */
export function singularValues(a: NodeLike): Node {
  return makeNode(svdOp, [asNode(a)], { part: "s" });
}
