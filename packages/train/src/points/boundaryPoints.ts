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
import { checkNames, GraphError } from "@metrigrad/tensor";
import { checkBox, intoBox, type PointBox, row } from "./box.ts";
import { checkCount, type PointSampler, samplerOf } from "./sampler.ts";

/**
 * The faces of a box across one coordinate: that at its low end, that at its high end, or both.
 *
 * @category Residuals and differential equations
 */
export type Faces = "low" | "high" | "both";

/**
 * Options of {@link boundaryPoints}.
 *
 * @category Residuals and differential equations
 */
export interface BoundaryOptions {
  /**
   * The faces to take, by the number of the coordinate that they lie across; all faces by default. For points (x, t),
   * `{ 0: "both", 1: "low" }` takes both ends of x and the beginning of t.
   */
  readonly faces?: Readonly<Record<number, Faces>>;
}

/**
 * Makes a sampler of points on the faces of a box, uniform by area.
 *
 * The faces are laid side by side and cut into n strata of equal area, with one point in each. So each face gets its
 * share of the points, give or take one. Two points in one dimension are the two ends.
 *
 * @param n - The number of points.
 * @param box - `{ low, high }`, with one number for each coordinate.
 * @param options - `faces`: the faces to take, by coordinate.
 * @returns A sampler of points [n, d].
 * @throws {@link GraphError} if n is not a positive integer, if the box is not one, or if the box does not have the
 *   faces.
 * @category Residuals and differential equations
 */
export function boundaryPoints(
  n: number,
  box: PointBox,
  options: BoundaryOptions = {},
): PointSampler {
  checkBox("boundaryPoints", box);
  checkCount("boundaryPoints", n);
  const shape = [n, box.low.length] as const;
  const bounds = faceBounds(box, takenFaces(box.low.length, options));
  return samplerOf("boundaryPoints", shape, true, ({ key, state }) => {
    const inside = intoBox(uniform(shape, { key: `${key}/inside`, state }), box);
    const within = uniform([n], { key: `${key}/face`, state });
    const along = expandDims(div(add(cast(iota(n), "float"), within), n), 1);
    const on = (side: 0 | 1): Node => {
      const [from, to] = [0, 1].map((end) => bounds[side].map((face) => face[end] as number));
      return logicalAnd(greaterEqual(along, row(from ?? [])), less(along, row(to ?? [])));
    };
    return where(on(0), row(box.low), where(on(1), row(box.high), inside));
  });
}

type Bounds = readonly (readonly [from: number, to: number])[];

/**
 * Returns where each low and each high face begins and ends, by coordinate. The numbers are shares of the area of all
 * taken faces.
 */
function faceBounds(
  { low, high }: PointBox,
  taken: readonly (Faces | undefined)[],
): readonly [Bounds, Bounds] {
  // The area of a face across an axis is the volume of the box divided by the length of that side.
  const areas = low.flatMap((from, axis) =>
    (["low", "high"] as const).map((side) => {
      const isTaken = taken[axis] === side || taken[axis] === "both";
      return isTaken ? 1 / ((high[axis] as number) - from) : 0;
    }),
  );
  const total = areas.reduce((sum, area) => sum + area, 0);
  const last = areas.findLastIndex((area) => area > 0);
  let begin = 0;
  const all = areas.map((area, at) => {
    const from = begin;
    begin += area / total;
    // A place beyond the last bound, by rounding, belongs to the last face.
    return [from, at === last ? 2 : begin] as const;
  });
  return [all.filter((_, at) => at % 2 === 0), all.filter((_, at) => at % 2 === 1)];
}

/** Returns the faces of each coordinate. Throws GraphError if the box does not have a coordinate or a face. */
function takenFaces(d: number, options: BoundaryOptions): readonly (Faces | undefined)[] {
  const where = "boundaryPoints";
  checkNames(where, options, ["faces"], GraphError);
  const { faces } = options;
  if (faces === undefined) return Array.from({ length: d }, () => "both" as const);
  const given = Object.entries(faces ?? {});
  const axes = Array.from({ length: d }, (_, axis) => `${axis}`);
  const known = given.every(
    ([axis, side]) => axes.includes(axis) && ["low", "high", "both"].includes(side),
  );
  if (known && given.length > 0) return Array.from({ length: d }, (_, axis) => faces[axis]);
  throw new GraphError({
    where,
    must: `faces must name "low", "high" or "both" for some of the coordinates 0 … ${d - 1}`,
    got: JSON.stringify(faces),
    todo: 'pass for example { faces: { 0: "both", 1: "low" } }',
  });
}
