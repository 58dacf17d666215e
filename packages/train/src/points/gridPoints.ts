import { constant } from "@metrigrad/graph";
import { checkNames, GraphError, tensor } from "@metrigrad/tensor";
import { checkBox, type PointBox } from "./box.ts";
import { type PointSampler, samplerOf } from "./sampler.ts";

/**
 * Options of {@link gridPoints}.
 *
 * @category Residuals and differential equations
 */
export interface GridOptions {
  /** Which points to take: all, those inside the box, or those on its boundary; "all" by default. */
  readonly on?: "all" | "inside" | "boundary";
}

/**
 * Makes a sampler of the points of a regular grid in a box, ends included. Each draw gives the same points.
 *
 * @param counts - The number of points along each coordinate, at least 2 each.
 * @param box - `{ low, high }`, with one number for each coordinate.
 * @param options - `on`: all points, those inside, or those on the boundary.
 * @returns A sampler of points [n, d]. The last coordinate changes fastest.
 * @throws {@link GraphError} if the counts do not fit the box, if the box is not one, if `on` is unknown, or if no
 *   point is left.
 * @category Residuals and differential equations
 */
export function gridPoints(
  counts: readonly number[],
  box: PointBox,
  options: GridOptions = {},
): PointSampler {
  const where = "gridPoints";
  checkBox(where, box);
  checkCounts(where, counts, box.low.length);
  checkNames(where, options, ["on"], GraphError);
  const { on = "all" } = options;
  if (!["all", "inside", "boundary"].includes(on)) {
    throw refused(where, 'on must be "all", "inside" or "boundary"', String(on), "leave it out");
  }
  const places = placesOf(counts).filter((place) => {
    if (on === "all") return true;
    const ends = place.some((at, axis) => at === 0 || at === (counts[axis] as number) - 1);
    return ends === (on === "boundary");
  });
  if (places.length === 0) {
    throw refused(where, "there must be points inside", `counts ${counts}`, "take 3 or more");
  }
  const d = counts.length;
  const values = places.flatMap((place) =>
    place.map((at, axis) => {
      const [from, to] = [box.low[axis] as number, box.high[axis] as number];
      const last = (counts[axis] as number) - 1;
      return (from * (last - at) + to * at) / last;
    }),
  );
  const points = tensor(Float64Array.from(values), { shape: [places.length, d] });
  return samplerOf(where, [places.length, d], false, () => constant(points));
}

/** Returns all places of a grid. The last axis changes fastest. */
function placesOf(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>(
    (places, count) =>
      places.flatMap((place) => Array.from({ length: count }, (_, at) => [...place, at])),
    [[]],
  );
}

function checkCounts(where: string, counts: readonly number[], d: number): void {
  const whole = Array.isArray(counts) && counts.every((one) => Number.isInteger(one) && one >= 2);
  if (whole && counts.length === d) return;
  const must = `counts must be ${d} integers of 2 or more, one for each coordinate of the box`;
  throw refused(where, must, `[${counts}]`, "pass for example ([30, 30], box)");
}

function refused(where: string, must: string, got: string, todo: string): GraphError {
  return new GraphError({ where, must, got, todo });
}
