import { broadcastShapes, ShapeError, showShape, sizeOf, type View } from "@metrigrad/tensor";
import { broadcastView } from "../compile/views.ts";
import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { alignBatch } from "./align.ts";
import { neg } from "./arithmetic.ts";
import { unbroadcast } from "./broadcastTo.ts";
import { squareSize } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { moveAxis } from "./moveAxis.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";
import { tril } from "./triangle.ts";

/** Attributes of a triangular solve: whether the transposed system is solved. */
interface SolveAttrs {
  readonly transpose: boolean;
}

// X = L⁻¹B has dX = L⁻¹(dB − dL X). From that follow B̄ = L⁻ᵀX̄ and L̄ = −tril(B̄ X'). With L' in
// place of L, the two factors are exchanged: B̄ = L⁻¹X̄ and L̄ = −tril(X B̄').
export const triangularSolveOp: Op<SolveAttrs> = {
  name: "triangularSolve",
  infer: ([l, rhs]) => {
    const left = l as Node;
    const right = rhs as Node;
    const size = squareSize("triangularSolve, the triangle", left);
    const fits = right.shape.length >= 2 && right.shape.at(-2) === size;
    checkFloats("triangularSolve", left, right);
    if (!fits) {
      throw new ShapeError({
        where: "triangularSolve",
        must: `the right-hand side must be [b…, ${size}, k] for ${showShape(left.shape)}`,
        got: showShape(right.shape),
        todo: "reshape a vector to a column [d, 1]",
      });
    }
    const batch = broadcastShapes(
      "triangularSolve, batch axes",
      left.shape.slice(0, -2),
      right.shape.slice(0, -2),
    );
    return { shape: [...batch, ...right.shape.slice(-2)], type: "float" };
  },
  vjp: (node, cotangent, wanted) => {
    const [l, rhs] = node.inputs as [Node, Node];
    const back = triangularSolve(l, cotangent, { transpose: !node.attrs.transpose });
    const [first, second] = node.attrs.transpose ? [node, back] : [back, node];
    return [
      wanted[0] ? unbroadcast(neg(tril(matmul(first, transpose(second)))), l.shape) : null,
      wanted[1] ? unbroadcast(back, rhs.shape) : null,
    ];
  },
  batch: (node, inputs, batched) => {
    const [l, rhs] = alignBatch(inputs, batched, node.shape.length);
    return triangularSolve(l as Node, rhs as Node, node.attrs);
  },
  lower: (node, context) => {
    const lead = node.shape.slice(0, -2);
    const [l, rhs] = node.inputs.map((x) =>
      broadcastView(context.view(x), [...lead, ...x.shape.slice(-2)]),
    ) as [View, View];
    const output = context.result(node);
    const label = context.label(node);
    const { transpose } = node.attrs;
    context.emit({ kind: "triangularSolve", l, rhs, transpose, output, label });
  },
};

/**
 * Options of {@link triangularSolve}.
 *
 * @category Ops: linear algebra
 */
export interface TriangularSolveOptions {
  /** Whether to solve the system with the transposed triangle; false by default. */
  readonly transpose?: boolean;
}

/**
 * Solves LX = B for lower triangular matrices L, or L'X = B with `transpose`.
 *
 * Only the lower triangle of l is read.
 *
 * @param l - The triangular matrices L, float, [b…, d, d].
 * @param rhs - The right-hand sides B as columns, float, [b…, d, k]. Batch axes broadcast.
 * @param options - Whether L is transposed.
 * @returns The solutions X, [b…, d, k].
 * @throws {@link ShapeError} if l is not square, if sizes do not fit, or if a value is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: linear algebra
 */
export function triangularSolve(
  l: NodeLike,
  rhs: NodeLike,
  options: TriangularSolveOptions = {},
): Node {
  checkOptions("triangularSolve", options, ["transpose"]);
  const left = asNode(l);
  const right = asNode(rhs);
  const attrs = { transpose: options.transpose === true };
  const many = right.shape.length - 2;
  if (left.shape.length !== 2 || many < 1) return makeNode(triangularSolveOp, [left, right], attrs);
  // If one triangle is for all, the right-hand sides are columns of one system.
  const front = moveAxis(right, -2, 0);
  const [size = 0, ...columns] = front.shape;
  const solved = triangularSolve(left, reshape(front, [size, sizeOf(columns)]), options);
  return moveAxis(reshape(solved, front.shape), 0, many);
}
