import { ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { sum } from "./broadcastTo.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** The diagonal [b…, d] of square matrices [b…, d, d]. Throws ShapeError for others. */
export function diagonal(x: NodeLike): Node {
  const node = asNode(x);
  const size = squareSize("diagonal", node);
  const lead = node.shape.slice(0, -2);
  const flat = reshape(node, [...lead, size * size]);
  // In row-major order the diagonal is every (d + 1)-th element.
  return slice(flat, [...lead.map(() => null), [0, size * size, size + 1]]);
}

/** Σ of the diagonal, [b…], of square matrices [b…, d, d]. Throws ShapeError for others. */
export function trace(x: NodeLike): Node {
  return sum(diagonal(x), { axis: -1 });
}

/** d of square matrices [b…, d, d]. Throws ShapeError for others. */
export function squareSize(where: string, node: Node): number {
  const [rows, columns] = node.shape.slice(-2);
  if (node.shape.length >= 2 && rows === columns) return rows as number;
  throw new ShapeError({
    where,
    must: "the last two axes must form a square matrix",
    got: showShape(node.shape),
    todo: "reshape or slice it to [b…, d, d]",
  });
}
