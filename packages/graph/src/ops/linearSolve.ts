import { broadcastShapes, ShapeError, showShape } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
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

/**
 * Options of {@link linearSolve}.
 *
 * @category Ops: linear algebra
 */
export interface LinearSolveOptions {
  /** Whether to solve the system with the transposed matrix; false by default. */
  readonly transpose?: boolean;
}

/** Attributes: whether the transposed system is solved. */
interface LinearSolveAttrs {
  readonly transpose: boolean;
}

// X = A⁻¹B has dX = A⁻¹(dB − dA X). From that follow B̄ = A⁻ᵀX̄ and Ā = −B̄X'. With A' in place of
// A, the two factors are exchanged. All solves with the same A share its factorization, the solve
// of the pullback too.
const linearSolveOp: Op<LinearSolveAttrs> = {
  name: "linearSolve",
  infer: ([a, rhs]) => {
    const left = a as Node;
    const right = rhs as Node;
    const size = squareSize("linearSolve, the matrix", left);
    const fits = right.shape.length >= 2 && right.shape.at(-2) === size;
    checkFloats("linearSolve", left, right);
    if (!fits) {
      throw new ShapeError({
        where: "linearSolve",
        must: `the right-hand side must be [b…, ${size}, k] for ${showShape(left.shape)}`,
        got: showShape(right.shape),
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
 * Solves AX = B for general square matrices A, or A'X = B with `transpose`.
 *
 * The method is QR, which is backward stable without a choice of pivots: for every A the residual
 * is of the order of the rounding error. A singular matrix gives infinities or NaN; for such
 * matrices use {@link lstsq} with `rcond`. For symmetric positive definite matrices,
 * {@link cholesky} and {@link choleskySolve} cost less.
 *
 * {@includeCode ../../../../examples/api/graph/linearSolve.ts#example}
 *
 * @param a - The square matrices A, float, [b…, d, d].
 * @param rhs - The right-hand sides B as columns, float, [b…, d, k]. Batch axes broadcast.
 * @param options - Whether A is transposed.
 * @returns The solutions X, [b…, d, k].
 * @throws {@link ShapeError} if a is not square, if sizes do not fit, or if a value is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: linear algebra
 */
export function linearSolve(a: NodeLike, rhs: NodeLike, options: LinearSolveOptions = {}): Node {
  checkOptions("linearSolve", options, ["transpose"]);
  const attrs = { transpose: options.transpose === true };
  return makeNode(linearSolveOp, [asNode(a), asNode(rhs)], attrs);
}

/**
 * Computes the inverse A⁻¹ of square matrices.
 *
 * `linearSolve(a, b)` is more accurate than a product with the inverse, and costs less. A singular
 * matrix gives infinities or NaN.
 *
 * @param a - The square matrices, float, [b…, d, d].
 * @returns The inverses, [b…, d, d].
 * @throws {@link ShapeError} if a is not square or not float.
 * @category Ops: linear algebra
 */
export function inverse(a: NodeLike): Node {
  const x = asNode(a);
  return linearSolve(x, eye(squareSize("inverse", x)));
}
