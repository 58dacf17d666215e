import { bitsOf, f32x4, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Rule } from "../emitter.ts";

/** (log(1 + f) − f + f²/2)/f³ on √½ ≤ 1 + f < √2, from Cephes' logf. */
const tail = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];

/** x = 2ᵉ m with √½ ≤ m < √2, for x > 0 including denormals; e as a float. */
export function mantissa(e: Emitter, x: V128) {
  const tiny = e.let(f32x4.lt(x, e.float(2 ** -126)));
  const normal = e.let(e.select(tiny, f32x4.mul(x, e.float(2 ** 24)), x));
  const exponent = e.let(i32x4.shr_s(i32x4.sub(normal, e.bits(bitsOf(Math.SQRT1_2))), 23));
  const m = e.let(i32x4.sub(normal, i32x4.shl(exponent, 23)));
  const lift = v128.and(tiny, e.float(24));
  return { m, exponent: e.let(f32x4.sub(f32x4.convert_i32x4_s(exponent), lift)) };
}

/** ln x of four lanes; relative error below 2e-7 (1.5 ulp). */
export function logLanes(e: Emitter, x: V128): V128 {
  const { m, exponent } = mantissa(e, x);
  const f = e.let(f32x4.sub(m, e.float(1)));
  const square = e.let(f32x4.mul(f, f));
  const cubic = f32x4.mul(f32x4.mul(e.polynomial(f, tail), f), square);
  const low = e.madd(exponent, e.float(-2.1219444e-4), cubic);
  const near = f32x4.add(e.nmadd(square, e.float(0.5), low), f);
  const value = e.let(e.madd(exponent, e.float(0.693359375), near));
  // 0 → −∞; ∞ and NaN stay; negative → NaN.
  const infinity = e.float(Number.POSITIVE_INFINITY);
  const positive = e.select(f32x4.lt(x, infinity), value, x);
  const atZero = e.select(f32x4.eq(x, e.float(0)), e.float(Number.NEGATIVE_INFINITY), positive);
  return e.select(f32x4.lt(x, e.float(0)), e.float(Number.NaN), atZero);
}

export const log: Rule = (e, [x]) => logLanes(e, x.value);

/** log u + (x − (u − 1))/u with u = 1 + x; relative error below 3e-7. */
export const log1p: Rule = (e, [x]) => {
  const u = e.let(f32x4.add(x.value, e.float(1)));
  const lost = f32x4.sub(x.value, f32x4.sub(u, e.float(1)));
  const regular = v128.and(f32x4.gt(u, e.float(0)), f32x4.lt(u, e.float(Number.POSITIVE_INFINITY)));
  return f32x4.add(logLanes(e, u), v128.and(f32x4.div(lost, u), regular));
};
