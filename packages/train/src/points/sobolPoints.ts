import { add, constant, floor, sub, uniform } from "@metrigrad/graph";
import { GraphError, tensor } from "@metrigrad/tensor";
import { checkBox, intoBox, type PointBox } from "./box.ts";
import { checkCount, type PointSampler, samplerOf } from "./sampler.ts";
import { mostSobolAxes, sobolSequence } from "./sobolSequence.ts";

/**
 * Makes a sampler of points of a Sobol sequence in a box. They fill the box more evenly than independent draws.
 *
 * A draw shifts all points by one uniform vector, modulo the box, so that each point by itself is uniform (Cranley
 * and Patterson 1976). The direction numbers are those of Joe and Kuo (2008). Powers of two are the best numbers of
 * points.
 *
 * @param n - The number of points.
 * @param box - `{ low, high }`, with one number for each of at most 21 coordinates.
 * @returns A sampler of points [n, d].
 * @throws {@link GraphError} if n is not a positive integer, if the box is not one, or if it has more than 21
 *   coordinates.
 * @category Residuals and differential equations
 */
export function sobolPoints(n: number, box: PointBox): PointSampler {
  const where = "sobolPoints";
  checkBox(where, box);
  checkCount(where, n);
  const d = box.low.length;
  if (d > mostSobolAxes) throw tooMany(where, d);
  return samplerOf(where, [n, d], true, ({ key, state }) => {
    const sequence = constant(tensor(sobolSequence(n, d), { shape: [n, d] }));
    const moved = add(sequence, uniform([1, d], { key, state }));
    return intoBox(sub(moved, floor(moved)), box);
  });
}

function tooMany(where: string, d: number): GraphError {
  return new GraphError({
    where,
    must: `the box must have at most ${mostSobolAxes} dimensions`,
    got: String(d),
    todo: "take latinHypercube or uniformPoints",
  });
}
