import { add, argsort, cast, div, uniform } from "@metrigrad/graph";
import { checkBox, intoBox, type PointBox } from "./box.ts";
import { type PointSampler, samplerOf } from "./sampler.ts";

/**
 * Makes a sampler of Latin hypercubes in a box.
 *
 * Each coordinate is cut into n equal intervals. Each interval has one point, at a uniformly drawn place in it
 * (McKay, Beckman and Conover 1979).
 *
 * @param n - The number of points.
 * @param box - `{ low, high }`, with one number for each coordinate.
 * @returns A sampler of points [n, d].
 * @throws {@link GraphError} if n is not a positive integer, or if the box is not one.
 * @category Residuals and differential equations
 */
export function latinHypercube(n: number, box: PointBox): PointSampler {
  checkBox("latinHypercube", box);
  const shape = [n, box.low.length] as const;
  return samplerOf("latinHypercube", shape, true, ({ key, state }) => {
    // The ranks of random numbers are a random permutation.
    const order = argsort(uniform(shape, { key: `${key}/order`, state }), { axis: 0 });
    const within = uniform(shape, { key: `${key}/within`, state });
    return intoBox(div(add(cast(order, "float"), within), n), box);
  });
}
