import { broadcastShapes, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { alignBatch } from "./align.ts";
import { neg } from "./arithmetic.ts";
import { unbroadcast } from "./broadcastTo.ts";
import { squareSize } from "./diagonal.ts";
import { eye } from "./eye.ts";
import { matmul } from "./matmul.ts";
import { signedQr } from "./qr.ts";
import { transpose } from "./transpose.ts";
import { triangularSolve } from "./triangularSolve.ts";

/** Whether the transposed system is solved. */
export interface LinearSolveOptions {
  readonly transpose?: boolean;
}

interface LinearSolveAttrs {
  readonly transpose: boolean;
}

// X = A⁻¹B has dX = A⁻¹(dB − dA X), hence B̄ = A⁻ᵀX̄ and Ā = −B̄X'; with A' in place of A the factors swap. All solves with
// one A, the pullback's too, share its factorisation.
const linearSolveOp: Op<LinearSolveAttrs> = {
  name: "linearSolve",
  infer: ([a, rhs]) => {
    const left = a as Node;
    const right = rhs as Node;
    const size = squareSize("linearSolve, the matrix", left);
    const fits = right.shape.length >= 2 && right.shape.at(-2) === size;
    if (!fits || left.type !== "float" || right.type !== "float") {
      throw new ShapeError({
        where: "linearSolve",
        must: `the right-hand side must be float [b…, ${size}, k] for ${left.type} ${showShape(left.shape)}`,
        got: `${right.type} ${showShape(right.shape)}`,
        todo: "reshape a vector to a column [d, 1]",
      });
    }
    const [lead, batch] = [left.shape.slice(0, -2), right.shape.slice(0, -2)];
    const shape = broadcastShapes("linearSolve, batch axes", lead, batch);
    return { shape: [...shape, ...right.shape.slice(-2)], type: "float" };
  },
  vjp: (node, cotangent, wanted) => {
    const [a, rhs] = node.inputs as [Node, Node];
    const back = linearSolve(a, cotangent, { transpose: !node.attrs.transpose });
    const [first, second] = node.attrs.transpose ? [node, back] : [back, node];
    return [
      wanted[0] ? unbroadcast(neg(matmul(first, transpose(second))), a.shape) : null,
      wanted[1] ? unbroadcast(back, rhs.shape) : null,
    ];
  },
  batch: (node, inputs, batched) => {
    const aligned = alignBatch(inputs, batched, node.shape.length);
    return makeNode(linearSolveOp, aligned, node.attrs);
  },
  lower: () => undefined,
  rewrite: (node) => {
    const [a, rhs] = node.inputs as [Node, Node];
    const { q, r } = signedQr(a);
    const lower = transpose(r);
    if (node.attrs.transpose) return matmul(q, triangularSolve(lower, rhs));
    return triangularSolve(lower, matmul(transpose(q), rhs), { transpose: true });
  },
};

/**
 * X = A⁻¹B of general square matrices, or A⁻ᵀB with `transpose`. By QR, which is backward stable without a choice of
 * pivots: the residual is of the order of rounding for every A. A singular matrix gives infinities or NaN; `lstsq` with
 * `rcond` serves those. Symmetric positive definite systems cost less by `cholesky` and `choleskySolve`.
 *
 * @param a - Square matrices [b…, d, d].
 * @param rhs - Right-hand sides as columns [b…, d, k]; batch axes broadcast.
 * @returns [b…, d, k]
 * @throws ShapeError where the matrix is not square, the sizes do not fit, or a value is not float
 */
export function linearSolve(a: NodeLike, rhs: NodeLike, options: LinearSolveOptions = {}): Node {
  checkOptions("linearSolve", options, ["transpose"]);
  const attrs = { transpose: options.transpose === true };
  return makeNode(linearSolveOp, [asNode(a), asNode(rhs)], attrs);
}

/**
 * A⁻¹ of square matrices [b…, d, d]. `linearSolve(a, b)` is more accurate than a product with it and costs less. A singular
 * matrix gives infinities or NaN.
 * @throws ShapeError for anything else than square float matrices
 */
export function inverse(a: NodeLike): Node {
  const x = asNode(a);
  return linearSolve(x, eye(squareSize("inverse", x)));
}
