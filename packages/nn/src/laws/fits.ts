import { type Node, showNode } from "@metrigrad/graph";
import { ShapeError, sameShape, showShape } from "@metrigrad/tensor";

/**
 * Throws ShapeError unless h is [n, m] and y has the given shape, since [n] beside [n, 1] would broadcast to [n, n].
 * `ofShares` is the advice for a y that has the shape of h in place of labels.
 */
export function checkFits(
  where: string,
  y: Node,
  h: Node,
  shape: readonly number[],
  ofShares?: string,
): void {
  if (h.shape.length === 2 && sameShape(y.shape, shape)) return;
  throw new ShapeError({
    where,
    must: `h must be [n, m] and y ${h.shape.length === 2 ? showShape(shape) : "of as many rows"}`,
    got: `${showNode(h)} and ${showNode(y)}`,
    todo: adviceFor(where, y, h, ofShares),
  });
}

/** Returns what to do about shapes that do not fit. */
function adviceFor(where: string, y: Node, h: Node, ofShares: string | undefined): string {
  if (h.shape.length > 2) {
    return `reshape them to rows, or take independent(${where.replace(/\W.*$/, "")}()) for a response at each position`;
  }
  return ofShares !== undefined && sameShape(y.shape, h.shape)
    ? ofShares
    : "reshape the responses: numbers are [n, m], also where m is 1, and labels are [n]";
}

/** Throws ShapeError unless two responses are both [n, m] and can be compared row by row. */
export function checkAlike(where: string, h: Node, other: Node): void {
  if (h.shape.length === 2 && sameShape(h.shape, other.shape)) return;
  throw new ShapeError({
    where: `${where}, kl`,
    must: "both responses must be [n, m]",
    got: `${showNode(h)} and ${showNode(other)}`,
    todo: "evaluate the model on the same rows at both parameters",
  });
}
