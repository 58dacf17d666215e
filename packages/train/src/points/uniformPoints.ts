import { uniform } from "@metrigrad/graph";
import { checkBox, intoBox, type PointBox } from "./box.ts";
import { type PointSampler, samplerOf } from "./sampler.ts";

/**
 * Points that are drawn independently and uniformly in a box.
 *
 * @param n - How many.
 * @param box - `{ low, high }`, a number for each coordinate.
 * @returns A sampler of [n, d].
 * @throws GraphError for an n that is no count and a box that is none
 */
export function uniformPoints(n: number, box: PointBox): PointSampler {
  checkBox("uniformPoints", box);
  const shape = [n, box.low.length] as const;
  return samplerOf("uniformPoints", shape, true, ({ key, state }) =>
    intoBox(uniform(shape, { key, state }), box),
  );
}
