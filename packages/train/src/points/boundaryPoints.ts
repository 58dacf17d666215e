import {
  add,
  cast,
  div,
  expandDims,
  greaterEqual,
  iota,
  less,
  logicalAnd,
  type Node,
  uniform,
  where,
} from "@metrigrad/graph";
import { checkBox, intoBox, type PointBox, row } from "./box.ts";
import { checkCount, type PointSampler, samplerOf } from "./sampler.ts";

/**
 * Points on the faces of a box, uniform by area. The faces are laid side by side and cut into n strata of equal area with one
 * point in each, so that a face has its share of the points up to one: two points in one dimension are the two ends.
 *
 * @param n - How many.
 * @param box - `{ low, high }`, a number for each coordinate.
 * @returns A sampler of [n, d].
 * @throws GraphError for an n that is no count and a box that is none
 */
export function boundaryPoints(n: number, box: PointBox): PointSampler {
  checkBox("boundaryPoints", box);
  checkCount("boundaryPoints", n);
  const shape = [n, box.low.length] as const;
  const bounds = faceBounds(box);
  return samplerOf("boundaryPoints", shape, true, ({ key, state }) => {
    const inside = intoBox(uniform(shape, { key: `${key}/inside`, state }), box);
    const within = uniform([n], { key: `${key}/face`, state });
    const along = expandDims(div(add(cast(iota(n), "float"), within), n), 1);
    const on = (side: 0 | 1): Node => {
      const from = bounds.map((axis) => axis[side] as number);
      const to = bounds.map((axis) => axis[side + 1] as number);
      return logicalAnd(greaterEqual(along, row(from)), less(along, row(to)));
    };
    return where(on(0), row(box.low), where(on(1), row(box.high), inside));
  });
}

/** For each coordinate where its low face begins, where its high one does, and where that ends: shares of the whole area. */
function faceBounds({ low, high }: PointBox): readonly (readonly number[])[] {
  const sides = low.map((from, axis) => (high[axis] as number) - from);
  // The area of a face across an axis is the volume over that side.
  const areas = sides.map((side) => 1 / side);
  const total = 2 * areas.reduce((sum, area) => sum + area, 0);
  let begin = 0;
  return areas.map((area, axis) => {
    const from = begin;
    begin += (2 * area) / total;
    // What lies beyond the last bound by rounding belongs to the last face.
    return [from, from + area / total, axis === sides.length - 1 ? 2 : begin];
  });
}
