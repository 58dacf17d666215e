import {
  add,
  expandDims,
  greater,
  less,
  log,
  logicalAnd,
  maximum,
  mul,
  type Node,
  normal,
  pow,
  reciprocal,
  rsqrt,
  slice,
  square,
  squeeze,
  stopGradient,
  sub,
  uniform,
  where,
} from "@metrigrad/graph";

/** The number of tries. The probability that all of them are refused is below 2⁻²⁵. */
const tries = 6;
/** A number below the smallest uniform draw that is not 0. Uniform draws have 24 bits. */
const least = 2 ** -25;

/**
 * Draws from gamma distributions with rate 1 and shapes α > 0, by the rejection method of Marsaglia and Tsang (2000). The
 * number of tries is fixed. For α below 1 the draw is the draw of α + 1 times u^(1/α). Draws carry no gradient.
 */
export function gammaDraws(alpha: Node, key: string): Node {
  const given = stopGradient(alpha);
  const small = less(given, 1);
  const d = sub(where(small, add(given, 1), given), 1 / 3);
  const shape = [tries, ...alpha.shape];
  const x = normal(shape, { key: `${key}/x` });
  const u = add(uniform(shape, { key: `${key}/u` }), least);
  const at = expandDims(d, 0);
  const root = add(1, mul(x, rsqrt(mul(at, 9))));
  const v = mul(root, square(root));
  const logs = log(maximum(v, 1e-30));
  const bound = add(mul(square(x), 0.5), mul(at, add(sub(1, v), logs)));
  const accepted = logicalAnd(greater(root, 0), less(log(u), bound));
  let chosen: Node = d;
  for (let t = tries - 1; t >= 0; t--) {
    const one = (value: Node) => squeeze(slice(value, [[t, t + 1]]), 0);
    chosen = where(one(accepted), mul(d, one(v)), chosen);
  }
  const power = add(uniform(alpha.shape, { key: `${key}/power` }), least);
  const factor = pow(power, reciprocal(where(small, given, 1)));
  return where(small, mul(chosen, factor), chosen);
}
