import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { add, mul } from "./arithmetic.ts";
import { equal } from "./comparison.ts";
import { concat } from "./concat.ts";
import { diagonal } from "./diagonal.ts";
import { expandDims } from "./expandDims.ts";
import { eye } from "./eye.ts";
import { householder } from "./householder.ts";
import { where } from "./logic.ts";
import { matmul } from "./matmul.ts";
import { matrixPart, matrixSize } from "./matrixPart.ts";
import { transpose } from "./transpose.ts";
import { halvedTril, tril } from "./triangle.ts";
import { triangularSolve } from "./triangularSolve.ts";

// The result has q, r and the signs of the reflections one below the other: [b…, m + n + 1, n].
// With Φ of `halvedTril`, Ā = (Q̄ + Q(Φ(M) + Φ(M)'))R⁻ᵀ for M = RR̄' − Q̄'Q (Walter and Lehmann
// 2010; Liao et al. 2019, equation 8).
const qrOp: Op<null> = {
  name: "qr",
  infer: ([a]) => {
    const { shape } = a as Node;
    const [m, n] = matrixSize("qr", a as Node);
    return { shape: [...shape.slice(0, -2), m + n + 1, n], type: "float" };
  },
  vjp: (node, cotangent) => {
    const { q, r } = partsOf(node);
    const bars = partsOf(node, cotangent);
    const m = add(
      matmul(r, tril(transpose(bars.r))),
      mul(-1, matmul(bars.q, q, { transposeA: true })),
    );
    const half = halvedTril(m);
    const inner = add(bars.q, matmul(q, add(half, transpose(half))));
    // A column that depends on the columns before it has no derivative. Its row of r and its part
    // of the cotangent are left out.
    const none = equal(expandDims(diagonal(r), -1), 0);
    const triangle = where(none, eye(r.shape.at(-1) as number), r);
    const rhs = where(none, 0, transpose(inner));
    return [transpose(triangularSolve(transpose(triangle), rhs, { transpose: true }))];
  },
  batch: (_, [a]) => makeNode(qrOp, [a as Node], null),
  lower: () => undefined,
  rewrite: (node) => {
    const { q, r, signs } = householder(node.inputs[0] as Node);
    return concat([q, r, signs], -2);
  },
};

/** Returns the parts of a result of the op, or of a cotangent of it. */
function partsOf({ inputs, shape }: Node, whole: Node = makeNode(qrOp, inputs, null)) {
  const [rows = 0, n = 0] = shape.slice(-2);
  const m = rows - n - 1;
  return {
    q: matrixPart(whole, [0, m], null),
    r: matrixPart(whole, [m, m + n], null),
    signs: matrixPart(whole, [m + n, m + n + 1], null),
  };
}

/**
 * Returns q, r and the signs of the reflections of tall matrices. If q is square, det q is the
 * product of the signs.
 */
export function signedQr(a: Node): { readonly q: Node; readonly r: Node; readonly signs: Node } {
  return partsOf(makeNode(qrOp, [a], null));
}

/**
 * The factors of {@link qr}: an orthonormal basis q of a matrix's columns, and the columns r in
 * this basis.
 *
 * @category Ops: linear algebra
 */
export interface QrFactors {
  /** Orthonormal columns, [b…, m, k], with k = min(m, n). */
  readonly q: Node;
  /** Upper triangular with a diagonal ≥ 0, [b…, k, n]. */
  readonly r: Node;
}

/**
 * Computes the reduced QR factorization a = qr by Householder reflections (Golub and Van Loan 2013,
 * "Matrix Computations", section 5.2).
 *
 * The diagonal of r is ≥ 0. So the factors of a matrix of full rank are unique; LAPACK and PyTorch
 * do not fix the signs.
 *
 * The derivative exists if the first k columns are independent. A column that depends on the
 * columns before it has the gradient 0, if its entry on the diagonal of r is exactly 0. If rounding
 * leaves a small number there, the gradient is as large as the inverse of that number.
 *
 * @param a - The matrices, float, [b…, m, n].
 * @returns The factors q, [b…, m, k], and r, [b…, k, n], with k = min(m, n).
 * @throws {@link ShapeError} if a has fewer than two axes, is not float, or is empty.
 * @category Ops: linear algebra
 */
export function qr(a: NodeLike): QrFactors {
  const x = asNode(a);
  const [m, n] = matrixSize("qr", x);
  if (m >= n) {
    const { q, r } = signedQr(x);
    return Object.freeze({ q, r });
  }
  // The first m columns give q. The other columns are written in this basis.
  const { q, r } = signedQr(matrixPart(x, null, [0, m]));
  const rest = matmul(q, matrixPart(x, null, [m, n]), { transposeA: true });
  return Object.freeze({ q, r: concat([r, rest], -1) });
}
