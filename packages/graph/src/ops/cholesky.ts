import { broadcastShapes, GraphError, ShapeError } from "@metrigrad/tensor";
import { broadcastView } from "../compile/views.ts";
import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node, showNode } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { alignBatch } from "./align.ts";
import { unbroadcast } from "./broadcastTo.ts";
import { squareSize, trace } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { pick } from "./pick.ts";
import { symmetrize } from "./symmetrize.ts";
import { transpose } from "./transpose.ts";
import { halvedTril } from "./triangle.ts";
import { triangularSolve } from "./triangularSolve.ts";

/** The index of the further output that holds the λ that was used. */
const usedShift = 1;

// From dL = L Φ(L⁻¹ dA L⁻ᵀ) follows Ā = L⁻ᵀ Φ(L'L̄) L⁻¹, symmetrized (Murray 2016, section 3).
export const choleskyOp: Op<null> = {
  name: "cholesky",
  infer: ([a, shift]) => {
    const x = a as Node;
    const size = squareSize("cholesky", x);
    checkFloats("cholesky", x, shift);
    const lead = x.shape.slice(0, -2);
    const batch = broadcastShapes("cholesky, batch axes", lead, shift?.shape ?? []);
    return { shape: [...batch, size, size], type: "float" };
  },
  vjp: (node, cotangent) => {
    const [a, shift] = node.inputs as [Node, Node?];
    const inner = halvedTril(matmul(transpose(node), cotangent));
    const left = triangularSolve(node, inner, { transpose: true });
    const both = triangularSolve(node, transpose(left), { transpose: true });
    const back = symmetrize(both);
    const forA = unbroadcast(back, a.shape);
    return shift === undefined ? [forA] : [forA, unbroadcast(trace(back), shift.shape)];
  },
  batch: (node, [a, shift], [manyA, manyShift]) => {
    const rank = node.shape.length;
    const [matrix] = alignBatch([a as Node], [manyA === true], rank);
    if (shift === undefined) return makeNode(choleskyOp, [matrix as Node], null);
    const [by] = alignBatch([shift], [manyShift === true], rank - 2);
    return makeNode(choleskyOp, [matrix as Node, by as Node], null);
  },
  lower: (node, context) => {
    const [a, shift] = node.inputs as [Node, Node?];
    const output = context.result(node);
    context.emit({
      kind: "cholesky",
      label: context.label(node),
      a: broadcastView(context.view(a), node.shape),
      shift:
        shift === undefined ? null : broadcastView(context.view(shift), node.shape.slice(0, -2)),
      output,
      used: context.extra(node, usedShift),
    });
  },
};

/**
 * Options of {@link cholesky}.
 *
 * @category Ops: linear algebra
 */
export interface CholeskyOptions {
  /** The number λ ≥ 0 that is added to the diagonal, [b…]; none by default. */
  readonly shift?: NodeLike;
}

/**
 * Computes the Cholesky factor: the lower triangular L with LL' = a + λI.
 *
 * Only the lower triangle of a is read. If a + λI is not positive definite, λ is raised in steps;
 * see {@link choleskyShift}. If that does not help, the result is NaN. The derivative by a is taken
 * among symmetric matrices, at the λ that was used. The derivative by the shift is the trace of
 * that derivative.
 *
 * @param a - Symmetric matrices, float, [b…, d, d].
 * @param options - The shift λ.
 * @returns The factor L, [b…, d, d].
 * @throws {@link ShapeError} if a is not square, a value is not float, or the batch axes do not
 *   broadcast.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: linear algebra
 */
export function cholesky(a: NodeLike, options: CholeskyOptions = {}): Node {
  checkOptions("cholesky", options, ["shift"]);
  const inputs = options.shift === undefined ? [a] : [a, options.shift];
  return makeNode(
    choleskyOp,
    inputs.map((value) => asNode(value)),
    null,
  );
}

/**
 * Returns the λ that {@link cholesky} used for a factor.
 *
 * It is the given shift, or ten times as much after each retry. It is NaN if all retries failed. It
 * has no derivative.
 *
 * @param l - The result of `cholesky` itself, before any other op.
 * @returns The λ that was used, [b…].
 * @throws {@link GraphError} if the node is not the result of `cholesky`.
 * @category Ops: linear algebra
 */
export function choleskyShift(l: Node): Node {
  if (l.op === (choleskyOp as Op)) return pick(l, usedShift, 2);
  throw new GraphError({
    where: "choleskyShift",
    must: "the factor must be the result of cholesky itself",
    got: showNode(l),
    todo: "pass what cholesky(…) returned, before any other op",
  });
}
