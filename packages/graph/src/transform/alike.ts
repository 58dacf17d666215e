import { ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";

/** Nodes of the given values, one for each of `nodes` and of its shape. Throws ShapeError if number or shapes differ. */
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
