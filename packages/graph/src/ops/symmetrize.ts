import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { add, mul } from "./arithmetic.ts";
import { squareSize } from "./diagonal.ts";
import { transpose } from "./transpose.ts";

/** ½(X + X') of matrices [b…, d, d]. Throws ShapeError where they are not square. */
export function symmetrize(x: NodeLike): Node {
  const node = asNode(x);
  squareSize("symmetrize", node);
  return mul(add(node, transpose(node)), 0.5);
}
