import { ShapeError, tensor } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";

/**
 * Returns indices as a node. Bare numbers and nested arrays become i32. Throws ShapeError for other
 * types.
 */
export function asIndices(where: string, value: NodeLike): Node {
  const node = Array.isArray(value)
    ? asNode(tensor(value as number[], { dtype: "i32" }))
    : asNode(value, "i32");
  if (node.type === "i32") return node;
  throw new ShapeError({
    where,
    must: "indices must be i32",
    got: node.type,
    todo: 'cast(indices, "i32") first',
  });
}
