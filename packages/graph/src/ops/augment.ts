import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { fill } from "./fill.ts";

/**
 * Appends a column of ones: X̃ = (X, 1).
 *
 * Then the last row of a weight is its bias. {@link affine} computes the product without making X̃.
 *
 * @param x - The rows, float, [..., d].
 * @returns The rows with the column, [..., d + 1].
 * @throws {@link ShapeError} if x is a scalar or not float.
 * @category Ops: linear algebra
 */
export function augment(x: NodeLike): Node {
  const node = asNode(x);
  checkFloats("augment", node);
  if (node.shape.length === 0) {
    throw new ShapeError({
      where: "augment",
      must: "x must have at least one axis",
      got: showShape(node.shape),
      todo: "reshape it to rows [n, d]",
    });
  }
  return concat([node, fill([...node.shape.slice(0, -1), 1], 1)], -1);
}
