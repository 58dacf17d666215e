import { broadcastShapes, ShapeError, showShape, sizeOf, type View } from "@metrigrad/tensor";
import { broadcastView } from "../compile/views.ts";
import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { alignBatch } from "./align.ts";
import { unbroadcast } from "./broadcastTo.ts";
import { reshape } from "./reshape.ts";
import { transpose, transposeOp } from "./transpose.ts";

/** The product of two matrices with batch axes. */
export const matmulOp: Op<null> = {
  name: "matmul",
  infer: ([a, b]) => {
    checkFloats("matmul", a, b);
    const left = matrixShape(a as Node);
    const right = matrixShape(b as Node);
    if (left.columns !== right.rows) {
      const shapes = `${showShape((a as Node).shape)} and ${showShape((b as Node).shape)}`;
      const todo = "transpose or reshape an operand ({ transposeA: true }, { transposeB: true })";
      refuse("a's columns must be as many as b's rows", shapes, todo);
    }
    const batch = broadcastShapes("matmul, batch axes", left.batch, right.batch);
    return { shape: [...batch, left.rows, right.columns], type: "float" };
  },
  vjp: (node, cotangent, wanted) => {
    const [a, b] = node.inputs as [Node, Node];
    return [
      wanted[0] ? unbroadcast(matmul(cotangent, transpose(b)), a.shape) : null,
      wanted[1] ? unbroadcast(matmul(transpose(a), cotangent), b.shape) : null,
    ];
  },
  batch: (node, inputs, batched) => {
    const [a, b] = alignBatch(inputs, batched, node.shape.length);
    return matmul(a as Node, b as Node);
  },
  // Backends compute a single row or column as a reduction.
  finishes: ({ shape }) => shape.at(-2) !== 1 && shape.at(-1) !== 1,
  lower: (node, context) => {
    const lead = node.shape.slice(0, -2);
    const [a, b] = node.inputs.map((x) =>
      broadcastView(context.view(x), [...lead, ...x.shape.slice(-2)]),
    ) as [View, View];
    context.emit({ kind: "matmul", a, b, ...context.finished(node) });
  },
};

/** Throws ShapeError. */
function refuse(must: string, got: string, todo: string): never {
  throw new ShapeError({ where: "matmul", must, got, todo });
}

/** Returns the batch axes, rows and columns of a matrix. Throws ShapeError. */
function matrixShape({ shape }: Node): { batch: number[]; rows: number; columns: number } {
  if (shape.length < 2) {
    const todo = "reshape a vector to a row [1, n] or a column [n, 1]";
    refuse("operands must have at least two axes", showShape(shape), todo);
  }
  const [rows, columns] = shape.slice(-2) as [number, number];
  return { batch: shape.slice(0, -2), rows, columns };
}

/**
 * Options of {@link matmul}. A transposed matrix has its last two axes swapped; nothing is copied.
 *
 * @category Ops: linear algebra
 */
export interface MatmulOptions {
  /** Whether the left matrix is transposed before the product; false by default. */
  readonly transposeA?: boolean;
  /** Whether the right matrix is transposed before the product; false by default. */
  readonly transposeB?: boolean;
}

/**
 * Multiplies two float matrices: out[…, i, j] = Σₖ a[…, i, k] · b[…, k, j].
 *
 * The leading axes are batches. They broadcast as in NumPy.
 *
 * {@includeCode ../../../../examples/api/graph/matmul.ts#example}
 *
 * @param a - The left matrix, [..., m, k].
 * @param b - The right matrix, [..., k, n].
 * @param options - Which matrices to transpose first.
 * @returns The product, [..., m, n].
 * @throws {@link ShapeError} if a matrix has fewer than two axes or another type than float, or if
 *   sizes do not fit.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: linear algebra
 */
export function matmul(a: NodeLike, b: NodeLike, options: MatmulOptions = {}): Node {
  checkOptions("matmul", options, ["transposeA", "transposeB"]);
  const left = options.transposeA === true ? transpose(a) : asNode(a);
  const right = options.transposeB === true ? transpose(b) : asNode(b);
  // One product of a tall matrix is faster than many small products. It needs adjacent rows of
  // `left`.
  const foldable = left.shape.length > 2 && left.op !== (transposeOp as Op);
  if (!foldable || right.shape.length !== 2) return makeNode(matmulOp, [left, right], null);
  const lead = left.shape.slice(0, -1);
  const tall = reshape(left, [sizeOf(lead), left.shape.at(-1) as number]);
  const product = makeNode(matmulOp, [tall, right], null);
  return reshape(product, [...lead, product.shape[1] as number]);
}
