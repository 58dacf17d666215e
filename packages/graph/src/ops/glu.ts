import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { sigmoid } from "./activation.ts";
import { mul } from "./arithmetic.ts";
import { slice } from "./slice.ts";

/** The axis whose halves are used; the last one by default. */
export interface GluOptions {
  readonly axis?: number;
}

/**
 * a·sigmoid(b) of the halves a and b of an axis (Dauphin et al. 2017).
 * @throws ShapeError for an axis of odd size
 */
export function glu(x: NodeLike, options: GluOptions = {}): Node {
  checkOptions("glu", options, ["axis"]);
  const node = asNode(x);
  const axis = normalizeAxis("glu", options.axis ?? -1, node.shape.length);
  const size = node.shape[axis] as number;
  if (size % 2 !== 0) {
    throw new ShapeError({
      where: "glu",
      must: `axis ${axis} must have an even size`,
      got: showShape(node.shape),
      todo: "make the layer before it twice as wide as what follows",
    });
  }
  const part = (begin: number, end: number) =>
    slice(
      node,
      node.shape.map((_, other) => (other === axis ? [begin, end] : null)),
    );
  return mul(part(0, size / 2), sigmoid(part(size / 2, size)));
}
