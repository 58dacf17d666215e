import { type Node, showNode } from "@metrigrad/graph";
import { ShapeError, sameShape, showShape } from "@metrigrad/tensor";

/**
 * Checks that what a law scores belongs together, since [n] beside [n, 1] would broadcast to
 * [n, n]. Throws ShapeError unless h is [n, m] and y of the given shape.
 */
export function checkFits(where: string, y: Node, h: Node, shape: readonly number[]): void {
  if (h.shape.length === 2 && sameShape(y.shape, shape)) return;
  throw new ShapeError({
    where,
    must: `h must be [n, m] and y ${h.shape.length === 2 ? showShape(shape) : "of as many rows"}`,
    got: `${showNode(h)} and ${showNode(y)}`,
    todo: "reshape the responses",
  });
}
