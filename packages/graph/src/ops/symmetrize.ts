import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { add, mul } from "./arithmetic.ts";
import { squareSize } from "./diagonal.ts";
import { transpose } from "./transpose.ts";

/**
 * Computes the symmetric part of square matrices: ½(X + X').
 *
 * @param x - The matrices, float, [b…, d, d].
 * @returns The symmetric matrices, [b…, d, d].
 * @throws {@link ShapeError} if x is not square or not float.
 * @category Ops: linear algebra
 */
export function symmetrize(x: NodeLike): Node {
  const node = asNode(x);
  squareSize("symmetrize", node);
  return mul(add(node, transpose(node)), 0.5);
}
