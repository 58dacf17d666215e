import { normalizeAxis, ShapeError } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { gather } from "./gather.ts";
import { reshape } from "./reshape.ts";

/** Throws ShapeError if numbers of repeats are not counts. */
function checkCounts(where: string, counts: readonly number[]): void {
  if (counts.every((count) => Number.isInteger(count) && count >= 0)) return;
  throw new ShapeError({
    where,
    must: "repeats must be counts",
    got: JSON.stringify(counts),
    todo: "pass integers ≥ 0",
  });
}

/**
 * Repeats a whole value several times along each axis.
 *
 * @param x - The value, of any type.
 * @param repeats - How many times on each axis, aligned from the last axis on. An axis without a
 *   number stays. Additional numbers make new first axes.
 * @returns The value, of shape repeats·shape.
 * @throws {@link ShapeError} if a number is not a non-negative integer.
 * @category Ops: shapes
 */
export function tile(x: NodeLike, repeats: readonly number[]): Node {
  const node = asNode(x);
  checkCounts("tile", repeats);
  const rank = Math.max(node.shape.length, repeats.length);
  const aligned = (list: readonly number[]) => [
    ...new Array<number>(rank - list.length).fill(1),
    ...list,
  ];
  const [sizes, times] = [aligned(node.shape), aligned(repeats)];
  const pairs = (first: (axis: number) => number) => sizes.flatMap((n, axis) => [first(axis), n]);
  const apart = reshape(
    node,
    pairs(() => 1),
  );
  const many = broadcastTo(
    apart,
    pairs((axis) => times[axis] as number),
  );
  return reshape(
    many,
    sizes.map((n, axis) => n * (times[axis] as number)),
  );
}

/**
 * Repeats each position of an axis, one after the other.
 *
 * @param x - The value, of any type.
 * @param repeats - How many times each position is repeated: one number for all, or one for each.
 * @param axis - The axis. Without it, the value is flattened first. Negative axes count from the
 *   end.
 * @returns The value. The size of the axis is the sum of all repeats.
 * @throws {@link ShapeError} if the axis is out of range, if a number is not a non-negative
 *   integer, or if there are not as many numbers as positions.
 * @category Ops: shapes
 */
export function repeatInterleave(
  x: NodeLike,
  repeats: number | readonly number[],
  axis?: number,
): Node {
  const given = asNode(x);
  const node = axis === undefined ? reshape(given, [-1]) : given;
  const at = normalizeAxis("repeatInterleave", axis ?? 0, node.shape.length);
  const n = node.shape[at] as number;
  checkCounts("repeatInterleave", [repeats].flat());
  if (typeof repeats === "number") {
    const [before, after] = [node.shape.slice(0, at), node.shape.slice(at + 1)];
    const many = broadcastTo(reshape(node, [...before, n, 1, ...after]), [
      ...before,
      n,
      repeats,
      ...after,
    ]);
    return reshape(many, [...before, n * repeats, ...after]);
  }
  if (repeats.length !== n) {
    throw new ShapeError({
      where: "repeatInterleave",
      must: `there must be one number of repeats, or one for each of ${n} positions`,
      got: `${repeats.length} numbers`,
      todo: `pass as many numbers as axis ${axis ?? 0} has positions`,
    });
  }
  const places = repeats.flatMap((count, position) => new Array<number>(count).fill(position));
  return gather(node, places, { axis: at });
}
