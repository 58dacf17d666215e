import { add, argsort, cast, div, uniform } from "@metrigrad/graph";
import { checkBox, intoBox, type PointBox } from "./box.ts";
import { type PointSampler, samplerOf } from "./sampler.ts";

/**
 * A Latin hypercube in a box: each coordinate is cut into n equal intervals, and each of them has one point, at a uniform
 * place in it (McKay, Beckman and Conover 1979).
 *
 * @param n - How many.
 * @param box - `{ low, high }`, a number for each coordinate.
 * @returns A sampler of [n, d].
 * @throws GraphError for an n that is no count and a box that is none
 */
export function latinHypercube(n: number, box: PointBox): PointSampler {
  checkBox("latinHypercube", box);
  const shape = [n, box.low.length] as const;
  return samplerOf("latinHypercube", shape, true, ({ key, state }) => {
    // The order of random numbers is a random order.
    const order = argsort(uniform(shape, { key: `${key}/order`, state }), { axis: 0 });
    const within = uniform(shape, { key: `${key}/within`, state });
    return intoBox(div(add(cast(order, "float"), within), n), box);
  });
}
