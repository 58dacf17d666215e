import { normalizeAxis, ShapeError } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { concat } from "./concat.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** Moves the elements along one axis. */
function rollAxis(x: Node, shift: number, axis: number): Node {
  const n = x.shape[axis] as number;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  if (by === 0) return x;
  const part = (begin: number, end: number) =>
    slice(
      x,
      x.shape.map((_, other) => (other === axis ? ([begin, end] as const) : null)),
    );
  return concat([part(n - by, n), part(0, n - by)], axis);
}

/**
 * Moves elements along axes. Elements that leave at the end come back at the beginning.
 *
 * @param x - The value, of any type.
 * @param shift - By how many positions: one integer for each axis. Negative numbers move towards
 *   the beginning.
 * @param axis - The axis or axes. Without it, the value is rolled in row-major order, as one long
 *   axis.
 * @returns A value of the same shape.
 * @throws {@link ShapeError} if an axis is out of range, or if there is not one integer shift for
 *   each axis.
 * @category Ops: shapes
 */
export function roll(
  x: NodeLike,
  shift: number | readonly number[],
  axis?: number | readonly number[],
): Node {
  const node = asNode(x);
  const shifts = [shift].flat();
  const axes = axis === undefined ? [0] : [axis].flat();
  if (shifts.length !== axes.length || !shifts.every(Number.isInteger)) {
    throw new ShapeError({
      where: "roll",
      must: "there must be an integer shift for each axis",
      got: `${JSON.stringify(shift)} for axis ${JSON.stringify(axis ?? null)}`,
      todo: "pass lists of the same length",
    });
  }
  if (axis === undefined)
    return reshape(rollAxis(reshape(node, [-1]), shifts[0] as number, 0), node.shape);
  return axes.reduce((rolled: Node, one, k) => {
    return rollAxis(rolled, shifts[k] as number, normalizeAxis("roll", one, node.shape.length));
  }, node);
}
