import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { fill } from "./fill.ts";

/**
 * X̃ = (X, 1): rows x [b…, d] with a last column of ones, [b…, d + 1], so that the last row of a
 * weight is its bias. `affine` is the product without forming X̃. Throws ShapeError for scalars and
 * for other types than float.
 */
export function augment(x: NodeLike): Node {
  const node = asNode(x);
  if (node.shape.length === 0 || node.type !== "float") {
    throw new ShapeError({
      where: "augment",
      must: "x must be float with at least one axis",
      got: `${node.type} ${showShape(node.shape)}`,
      todo: "reshape it to rows [n, d]",
    });
  }
  return concat([node, fill([...node.shape.slice(0, -1), 1], 1)], -1);
}
