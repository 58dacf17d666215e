import { ShapeError, showShape } from "@metrigrad/tensor";
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

function inferOf(where: string): Op<null>["infer"] {
  return ([a]) => {
    const { shape, type } = a as Node;
    squareSize(where, a as Node);
    if (type === "float") return { shape: shape.slice(0, -2), type };
    throw new ShapeError({
      where,
      must: "the matrix must be float",
      got: `${type} ${showShape(shape)}`,
      todo: 'cast(x, "float") first',
    });
  };
}

/** A value [b…] per matrix that broadcasts against matrices. */
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

function product(factors: Node): Node {
  return prod(factors, { axis: -1 });
}

/** What replaces a 0 on the diagonal of r, relative to the largest entry there. */
const substitute = 1e-12;

// d det A = tr(cof(A)' dA) with cofactors det(A) A⁻ᵀ = det(A) Q R⁻ᵀ. A cofactor of R has a diagonal entry as a factor, or
// not at all; so a small number in place of one zero leaves those that are not zero as they are. With two all are zero.
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

/** A determinant as a sign and a logarithm. */
export interface SignedLogDet {
  /** −1, 0 or 1, [b…]; it has no derivative. */
  readonly sign: Node;
  /** ln |det a|, [b…]; −∞ for a singular matrix. */
  readonly logAbsDet: Node;
}

/**
 * The determinant as sign · exp(logAbsDet), which neither overflows nor vanishes for large matrices. The derivative
 * a⁻ᵀ of the logarithm exists where the matrix is not singular. `choleskyLogdet` costs less for positive definite ones.
 *
 * @param a - Square matrices [b…, d, d].
 * @throws ShapeError for anything else than square float matrices
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
 * The determinant [b…] of square matrices [b…, d, d], by QR. The first derivative, the cofactors, also holds for
 * singular matrices; second derivatives of those are finite and no more.
 * `slogdet` serves large matrices, whose determinant may overflow.
 * @throws ShapeError for anything else than square float matrices
 */
export function det(a: NodeLike): Node {
  return makeNode(detOp, [asNode(a)], null);
}
