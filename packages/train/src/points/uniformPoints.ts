import { uniform } from "@metrigrad/graph";
import { checkBox, intoBox, type PointBox } from "./box.ts";
import { type PointSampler, samplerOf } from "./sampler.ts";

/**
 * Makes a sampler of points that are drawn independently and uniformly in a box.
 *
 * {@includeCode ../../../../examples/api/train/uniformPoints.ts#example}
 *
 * @param n - The number of points.
 * @param box - `{ low, high }`, with one number for each coordinate.
 * @returns A sampler of points [n, d].
 * @throws {@link GraphError} if n is not a positive integer, or if the box is not one.
 * @category Residuals and differential equations
 */
export function uniformPoints(n: number, box: PointBox): PointSampler {
  checkBox("uniformPoints", box);
  const shape = [n, box.low.length] as const;
  return samplerOf("uniformPoints", shape, true, ({ key, state }) =>
    intoBox(uniform(shape, { key, state }), box),
  );
}
