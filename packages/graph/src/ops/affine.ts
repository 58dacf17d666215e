import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { add } from "./arithmetic.ts";
import { sum } from "./broadcastTo.ts";
import { concat } from "./concat.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/**
 * The product T = X̃W with X̃ = (X, 1), computed as a product and a bias, without making X̃. The op
 * has its own pullback, which computes X̃'Ȳ as one matrix. The pullbacks of a product and a bias
 * would give two padded matrices and their sum.
 */
export const affineOp: Op<null> = {
  name: "affine",
  infer: ([x, w]) => {
    checkFloats("affine", x, w);
    const [rows = 0, columns = 0] = (w as Node).shape;
    const shape = (x as Node).shape;
    if ((w as Node).shape.length !== 2 || shape.length < 2 || shape.at(-1) !== rows - 1) {
      throw new ShapeError({
        where: "affine",
        must: "x must be [..., n, d] and w [d + 1, m], the bias in its last row",
        got: `${showShape(shape)} and ${showShape((w as Node).shape)}`,
        todo: "check the number of inputs of the layer",
      });
    }
    return { shape: [...shape.slice(0, -1), columns], type: "float" };
  },
  vjp: (node, cotangent, [forX, forW]) => {
    const [x, w] = node.inputs as [Node, Node];
    const weights = slice(w, [[0, (w.shape[0] as number) - 1]]);
    const byX = forX ? matmul(cotangent, weights, { transposeB: true }) : null;
    if (!forW) return [byX, null];
    const rows = reshape(x, [-1, x.shape.at(-1) as number]);
    const bars = reshape(cotangent, [-1, cotangent.shape.at(-1) as number]);
    const product = matmul(rows, bars, { transposeA: true });
    return [byX, concat([product, sum(bars, { axis: 0, keepDims: true })], 0)];
  },
  batch: (node, [x, w], [, batchedW]) => {
    if (!batchedW) return makeNode(affineOp, [x as Node, w as Node], null);
    const rank = node.shape.length + 1;
    const [size = 0, rows = 0, columns = 0] = (w as Node).shape;
    const lift = (part: Node) =>
      reshape(part, [
        size,
        ...new Array<number>(rank - 3).fill(1),
        part.shape[1] as number,
        columns,
      ]);
    const weights = slice(w as Node, [null, [0, rows - 1]]);
    const bias = slice(w as Node, [null, [rows - 1, rows]]);
    return add(matmul(x as Node, lift(weights)), lift(bias));
  },
  lower: () => undefined,
  rewrite: (node) => {
    const [x, w] = node.inputs as [Node, Node];
    const last = (w.shape[0] as number) - 1;
    return add(matmul(x, slice(w, [[0, last]])), slice(w, [[last, last + 1]]));
  },
};

/**
 * Multiplies rows by a weight matrix whose last row is a bias: T = XW + b.
 *
 * The rows of all leading axes form one product.
 *
 * @param x - The rows, [..., n, d].
 * @param w - The weights, [d + 1, m]. The last row is the bias.
 * @returns The result, [..., n, m].
 * @throws {@link ShapeError} if w is not a matrix with one row more than x has columns, or if x has
 *   fewer than two axes. Also if one of them is not float.
 * @category Ops: linear algebra
 */
export function affine(x: NodeLike, w: NodeLike): Node {
  const [left, right] = [asNode(x), asNode(w)];
  if (left.shape.length <= 2) return makeNode(affineOp, [left, right], null);
  const lead = left.shape.slice(0, -1);
  const tall = reshape(left, [sizeOf(lead), left.shape.at(-1) as number]);
  const product = makeNode(affineOp, [tall, right], null);
  return reshape(product, [...lead, product.shape[1] as number]);
}
