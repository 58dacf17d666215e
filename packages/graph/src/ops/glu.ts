import { normalizeAxis, ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { sigmoid } from "./activation.ts";
import { mul } from "./arithmetic.ts";
import { slice } from "./slice.ts";

/**
 * Options of {@link glu}.
 *
 * @category Ops: elements
 */
export interface GluOptions {
  /** The axis to divide into halves; the last one by default. Negative axes count from the end. */
  readonly axis?: number;
}

/**
 * Computes the gated linear unit a·sigmoid(b), where a and b are the halves of an axis (Dauphin et
 * al. 2017).
 *
 * @param x - The values, float.
 * @param options - The axis.
 * @returns The result, with half the size on the axis.
 * @throws {@link ShapeError} if the axis is out of range or has an odd size, or if x is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: elements
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
