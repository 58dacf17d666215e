import { ShapeError } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { mul } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { cast } from "./cast.ts";
import { equal, greater } from "./comparison.ts";
import { diagonal, squareSize } from "./diagonal.ts";
import { expandDims } from "./expandDims.ts";
import { eye } from "./eye.ts";
import { inverse } from "./linearSolve.ts";
import { logicalAnd, where } from "./logic.ts";
import { signedQr } from "./qr.ts";
import { max, prod } from "./reduce.ts";
import { squeeze } from "./squeeze.ts";
import { stopGradient } from "./stopGradient.ts";
import { log } from "./transcendental.ts";
import { transpose } from "./transpose.ts";
import { triangularSolve } from "./triangularSolve.ts";

/** Makes the shape rule of an op that gives one number per square matrix. */
function inferOf(where: string): Op<null>["infer"] {
  return ([a]) => {
    squareSize(where, a as Node);
    checkFloats(where, a);
    return { shape: (a as Node).shape.slice(0, -2), type: "float" };
  };
}

/** Turns a value [b…], one number per matrix, into [b…, 1, 1], which broadcasts to matrices. */
function perMatrix(x: Node): Node {
  return expandDims(expandDims(x, -1), -1);
}

// d ln|det A| = tr(A⁻¹ dA).
const logAbsDetOp: Op<null> = {
  name: "slogdet",
  infer: inferOf("slogdet"),
  vjp: ({ inputs: [a] }, cotangent) => [mul(perMatrix(cotangent), transpose(inverse(a as Node)))],
  batch: (_, [a]) => makeNode(logAbsDetOp, [a as Node], null),
  lower: () => undefined,
  rewrite: ({ inputs: [a] }) => sum(log(diagonal(signedQr(a as Node).r)), { axis: -1 }),
};

/** Multiplies the elements of the last axis. */
function product(factors: Node): Node {
  return prod(factors, { axis: -1 });
}

/**
 * The number that replaces a 0 on the diagonal of r, relative to the largest entry of the diagonal.
 */
const substitute = 1e-12;

// d det A = tr(cof(A)' dA), where the cofactors are det(A) A⁻ᵀ = det(A) Q R⁻ᵀ. A cofactor of R has
// a diagonal entry as a factor, or does not have it at all. So, with one zero on the diagonal, a
// small number in its place does not change the cofactors that are not zero. With two zeros all
// cofactors are zero.
const detOp: Op<null> = {
  name: "det",
  infer: inferOf("det"),
  vjp: ({ inputs: [a] }, cotangent) => {
    const { q, r, signs } = signedQr(a as Node);
    const values = diagonal(r);
    const small = mul(substitute, max(values, { axis: -1, keepDims: true }));
    const none = equal(values, 0);
    const one = eye(values.shape.at(-1) as number);
    const place = logicalAnd(expandDims(none, -1), equal(one, 1));
    const lower = transpose(where(place, expandDims(small, -1), r));
    const volume = mul(product(squeeze(signs, -2)), product(where(none, small, values)));
    const inverted = triangularSolve(lower, transpose(q), { transpose: true });
    const several = greater(sum(cast(none, "float"), { axis: -1 }), 1);
    const cofactors = where(perMatrix(several), 0, mul(perMatrix(volume), transpose(inverted)));
    return [mul(perMatrix(cotangent), cofactors)];
  },
  batch: (_, [a]) => makeNode(detOp, [a as Node], null),
  lower: () => undefined,
  rewrite: ({ inputs: [a] }) => {
    const { r, signs } = signedQr(a as Node);
    return mul(product(squeeze(signs, -2)), product(diagonal(r)));
  },
};

/**
 * A determinant as a sign and a logarithm; the result of {@link slogdet}.
 *
 * @category Ops: linear algebra
 */
export interface SignedLogDet {
  /** The sign: −1, 0 or 1, [b…]. It has no derivative. */
  readonly sign: Node;
  /** The logarithm ln |det a|, [b…]. It is −∞ for a singular matrix. */
  readonly logAbsDet: Node;
}

/**
 * Computes the sign and the logarithm of a determinant: det a = sign · exp(logAbsDet).
 *
 * For large matrices the determinant itself may overflow or become 0; its logarithm does not. The
 * derivative of the logarithm is a⁻ᵀ. It exists if the matrix is not singular.
 * {@link choleskyLogdet} costs less for positive definite matrices.
 *
 * @param a - Square matrices, float, [b…, d, d].
 * @returns The sign and the logarithm, each [b…].
 * @throws {@link ShapeError} if a is not square, is not float, or is empty.
 * @category Ops: linear algebra
 */
export function slogdet(a: NodeLike): SignedLogDet {
  const x = asNode(a);
  const logAbsDet = makeNode(logAbsDetOp, [x], null);
  const { r, signs } = signedQr(x);
  const factors = where(equal(diagonal(r), 0), 0, squeeze(signs, -2));
  const sign = stopGradient(product(factors));
  return Object.freeze({ sign, logAbsDet });
}

/**
 * Computes the determinant of square matrices, by QR.
 *
 * The first derivative, the cofactors, is correct for singular matrices too. Second derivatives at
 * singular matrices are finite, but may be wrong. For large matrices the determinant may overflow;
 * use {@link slogdet} there.
 *
 * @param a - Square matrices, float, [b…, d, d].
 * @returns The determinants, [b…].
 * @throws {@link ShapeError} if a is not square or not float.
 * @category Ops: linear algebra
 */
export function det(a: NodeLike): Node {
  return makeNode(detOp, [asNode(a)], null);
}
