import { ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";

/** One value per node, of its shape, as nodes. Throws ShapeError where they do not go together. */
export function alike(
  where: string,
  what: string,
  values: readonly NodeLike[],
  nodes: readonly Node[],
): Node[] {
  if (values.length !== nodes.length) {
    throw new ShapeError({
      where,
      must: `there must be a ${what} for each of ${nodes.length} values`,
      got: String(values.length),
      todo: "pass lists of equal length",
    });
  }
  return values.map((value, index) => {
    const node = asNode(value);
    const { shape } = nodes[index] as Node;
    if (sameShape(node.shape, shape)) return node;
    throw new ShapeError({
      where: `${where}, ${what} ${index}`,
      must: `it must have its value's shape ${showShape(shape)}`,
      got: showShape(node.shape),
      todo: "reshape or broadcast it",
    });
  });
}
