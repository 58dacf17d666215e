import type { FloatType } from "@metrigrad/tensor";
import { i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Rule } from "../emitter.ts";
import { ln2 } from "./exp.ts";
import { type Ratio, ratio } from "./ratio.ts";

/** (log(1 + f) − f + f²/2)/f³ on √½ ≤ 1 + f < √2, from Cephes' logf and log. */
const tails: Readonly<Record<FloatType, Ratio>> = {
  f32: {
    over: [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
      -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  },
  f64: {
    over: [
      1.0187566380458093e-4, 4.97494994976747e-1, 4.705791198788817, 14.498922534161093,
      17.936867850781983, 7.708387337558854,
    ],
    under: [
      1, 11.287358718916746, 45.227914583753225, 82.98752669127767, 71.15447506185639,
      23.125162012676533,
    ],
  },
};

/** Returns m and e of x = 2ᵉ m with √½ ≤ m < √2, for x > 0 including denormals; e is a float. */
export function mantissa(e: Emitter, x: V128) {
  const { vec, format } = e;
  const { digits, leading, head, headOf } = format;
  const tiny = e.let(vec.lt(x, e.float(format.smallest)));
  const normal = e.let(e.select(tiny, vec.mul(x, e.float(2 ** (digits + 1))), x));
  const edge = e.bits(headOf(Math.SQRT1_2));
  const exponent = e.let(i32x4.shr_s(i32x4.sub(head(normal), edge), leading));
  const m = e.let(format.subtract(normal, format.raise(exponent, leading)));
  const lift = v128.and(tiny, e.float(digits + 1));
  return { m, exponent: e.let(vec.sub(format.fromSigned(exponent), lift)) };
}

/** Returns ln x with a relative error below 2e-7 (1.5 ulp), in float64 below 3e-16. */
export function logLanes(e: Emitter, x: V128): V128 {
  const { vec } = e;
  const { m, exponent } = mantissa(e, x);
  const f = e.let(vec.sub(m, e.float(1)));
  const square = e.let(vec.mul(f, f));
  const cubic = vec.mul(vec.mul(ratio(e, f, tails[e.floats.type]), f), square);
  const low = e.madd(exponent, e.float(ln2[1]), cubic);
  const near = vec.add(e.nmadd(square, e.float(0.5), low), f);
  const value = e.let(e.madd(exponent, e.float(ln2[0]), near));
  // 0 gives −∞, ∞ and NaN stay, and negative numbers give NaN.
  const infinity = e.float(Number.POSITIVE_INFINITY);
  const positive = e.select(vec.lt(x, infinity), value, x);
  const atZero = e.select(vec.eq(x, e.float(0)), e.float(Number.NEGATIVE_INFINITY), positive);
  return e.select(vec.lt(x, e.float(0)), e.float(Number.NaN), atZero);
}

export const log: Rule = (e, [x]) => logLanes(e, x.value);

/** Computes log u + (x − (u − 1))/u with u = 1 + x, with a relative error below 3e-7, in float64 below 5e-16. */
export const log1p: Rule = (e, [x]) => {
  const { vec } = e;
  const u = e.let(vec.add(x.value, e.float(1)));
  const lost = vec.sub(x.value, vec.sub(u, e.float(1)));
  const regular = v128.and(vec.gt(u, e.float(0)), vec.lt(u, e.float(Number.POSITIVE_INFINITY)));
  return vec.add(logLanes(e, u), v128.and(vec.div(lost, u), regular));
};
