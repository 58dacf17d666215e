import {
  abs,
  add,
  cast,
  clip,
  div,
  exp,
  expandDims,
  fill,
  floor,
  greaterEqual,
  iota,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalOr,
  matmul,
  maximum,
  mul,
  type Node,
  reshape,
  slice,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  tril,
  uniform,
  where,
} from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import { lnFactorial } from "./lnFactorial.ts";

/** From this rate on draws are made by rejection. */
const large = 10;
/** P(y > 32) at rate 10 is below 2⁻²⁵, half a step of the uniform draws. */
const mostSmall = 32;
/** The number of tries. The probability that all of them are refused is below 2⁻²⁴. */
const tries = 12;

/**
 * Draws y ~ Poisson(e^h) of the shape of h. Below rate 10 the draws are made by inversion, above it by Hörmann's
 * transformed rejection (1993, PTRS) with a fixed number of tries. Both are exact up to the 24 bits of a uniform draw.
 */
export function poissonDraws(h: Node, key: string): Node {
  const rate = exp(h);
  const few = inverted(where(less(rate, large), h, Math.log(large)), `${key}/inversion`);
  return where(less(rate, large), few, rejected(maximum(rate, large), `${key}/rejection`));
}

/** Returns Σ_k [u ≥ P(y ≤ k)]. */
function inverted(h: Node, key: string): Node {
  const size = sizeOf(h.shape);
  const flat = reshape(h, [1, size]);
  const k = reshape(cast(iota(mostSmall + 1), "float"), [mostSmall + 1, 1]);
  const p = exp(sub(sub(mul(k, flat), exp(flat)), lnFactorial(k)));
  const below = matmul(tril(fill([mostSmall + 1, mostSmall + 1], 1)), p);
  const u = reshape(uniform(h.shape, { key }), [1, size]);
  return reshape(sum(cast(greaterEqual(u, below), "float"), { axis: 0 }), h.shape);
}

/** Returns the first accepted of some tries, with the names of Hörmann's paper. */
function rejected(mu: Node, key: string): Node {
  const shape = [tries, ...mu.shape];
  const at = expandDims(mu, 0);
  const b = add(mul(sqrt(at), 2.53), 0.931);
  const a = sub(mul(b, 0.02483), 0.059);
  const u = sub(uniform(shape, { key: `${key}/u` }), 0.5);
  const v = uniform(shape, { key: `${key}/v` });
  const us = maximum(sub(0.5, abs(u)), 2 ** -26);
  const k = floor(add(add(mul(add(div(mul(a, 2), us), b), u), at), 0.43));
  const certain = logicalAnd(
    greaterEqual(us, 0.07),
    lessEqual(v, sub(0.9277, div(3.6224, sub(b, 2)))),
  );
  const possible = logicalAnd(
    greaterEqual(k, 0),
    logicalOr(greaterEqual(us, 0.013), lessEqual(v, us)),
  );
  const scale = add(div(1.1328, sub(b, 3.4)), 1.1239);
  const ratio = log(div(mul(maximum(v, 2 ** -26), scale), add(div(a, square(us)), b)));
  const accepted = logicalOr(
    certain,
    logicalAnd(possible, lessEqual(ratio, lnProbability(maximum(k, 0), at))),
  );
  let chosen: Node = floor(mu);
  for (let t = tries - 1; t >= 0; t--) {
    const one = (value: Node) => squeeze(slice(value, [[t, t + 1]]), 0);
    chosen = where(one(accepted), one(k), chosen);
  }
  return chosen;
}

/** Returns ln P(y = k) at rate μ, without the difference of large numbers in k ln μ − μ − ln k!. */
function lnProbability(k: Node, mu: Node): Node {
  const some = clip(k, 1, Number.POSITIVE_INFINITY);
  const apart = div(sub(mu, some), some);
  // k ln(μ/k) + k − μ − ½ ln 2πk − 1/(12k) + 1/(360k³).
  const far = sub(mul(some, log1p(apart)), sub(mu, some));
  const stirling = sub(
    mul(log(mul(some, 2 * Math.PI)), -0.5),
    sub(div(1 / 12, some), div(1 / 360, mul(some, square(some)))),
  );
  const direct = sub(sub(mul(k, log(mu)), mu), lnFactorial(k));
  return where(less(k, 16), direct, add(far, stirling));
}
