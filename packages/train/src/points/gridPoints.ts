import { constant } from "@metrigrad/graph";
import { checkNames, GraphError, tensor } from "@metrigrad/tensor";
import { checkBox, type PointBox } from "./box.ts";
import { type PointSampler, samplerOf } from "./sampler.ts";

/** Which points of a grid are taken. */
export interface GridOptions {
  /** All, those inside of the box, or those on its boundary; all by default. */
  readonly on?: "all" | "inside" | "boundary";
}

/**
 * The points of a regular grid in a box, ends included. They are the same at every draw.
 *
 * @param counts - Points along each coordinate, each at least 2.
 * @param box - `{ low, high }`, a number for each coordinate.
 * @param options - `on`: all points, those inside, or those on the boundary.
 * @returns A sampler of [n, d], the last coordinate running fastest.
 * @throws GraphError for counts and a box that do not fit, and where no point is left
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

/** All places of a grid, the last axis running fastest. */
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
