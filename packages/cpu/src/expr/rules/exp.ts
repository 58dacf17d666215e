import type { FloatType } from "@metrigrad/tensor";
import { i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Rule } from "../emitter.ts";

/** The parts of ln 2 in x = n ln 2 + r. The first has 9 bits, so that n times it is exact (Cephes). */
export const ln2 = [0.693359375, -2.1219444005469057e-4] as const;

/** 1/k! for k from 13 down to 2. */
const taylor = Array.from({ length: 12 }, (_, i) => {
  let value = 1;
  for (let k = 2; k <= 13 - i; k++) value /= k;
  return value;
});

/**
 * (e^r − 1 − r)/r² on |r| ≤ ½ ln 2: from Cephes' expf, and Taylor's series, of which terms below 5e-18 of the sum
 * are left out.
 */
const tails: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [
    1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
    5.0000001201e-1,
  ],
  f64: taylor,
};

/** The ends of the range of x; beyond them eˣ is 0 or ∞. */
const ends: Readonly<Record<FloatType, readonly [number, number]>> = {
  f32: [-104, 89],
  f64: [-746, 710],
};

/** Returns e^r − 1 of x = n ln 2 + r with |r| ≤ ½ ln 2, and 2ⁿ as two factors, because it may be out of range. */
function split(e: Emitter, x: V128) {
  const { vec, format } = e;
  const [lowest, highest] = ends[e.floats.type];
  const clamped = vec.pmin(vec.pmax(x, e.float(lowest)), e.float(highest));
  const inside = e.let(clamped);
  const [perUnit, rounding] = [e.float(Math.LOG2E), e.float(format.rounding)];
  const shifted = e.let(e.madd(inside, perUnit, rounding));
  const n = e.let(vec.sub(shifted, rounding));
  const high = e.nmadd(n, e.float(ln2[0]), inside);
  const r = e.let(e.nmadd(n, e.float(ln2[1]), high));
  return { expm1: e.let(tiny(e, r)), ...powerOfTwo(e, format.rounded(shifted, rounding)) };
}

/** Returns e^r − 1 for |r| ≤ ½ ln 2. */
function tiny(e: Emitter, r: V128): V128 {
  return e.madd(e.polynomial(r, tails[e.floats.type]), e.vec.mul(r, r), r);
}

/** Returns 2ⁿ as two factors, for n from −2·bias + 2 to 2·bias. */
export function powerOfTwo(e: Emitter, n: V128) {
  const { bias, leading, raise } = e.format;
  const whole = e.let(n);
  const half = e.let(i32x4.shr_s(whole, 1));
  const scale = (k: V128) => e.let(raise(i32x4.add(k, e.bits(bias)), leading));
  return {
    first: scale(half),
    second: scale(i32x4.sub(whole, half)),
    rest: i32x4.sub(whole, half),
  };
}

/** Returns e^r for |r| ≤ ½ ln 2. */
export function expNear0(e: Emitter, r: V128): V128 {
  return e.vec.add(tiny(e, r), e.float(1));
}

/** Returns eˣ with a relative error below 2e-7 (1.5 ulp), in float64 below 3e-16, denormal results included. */
export function expLanes(e: Emitter, x: V128): V128 {
  const { expm1, first, second } = split(e, x);
  return e.vec.mul(e.vec.mul(e.vec.add(expm1, e.float(1)), first), second);
}

/** Returns eˣ − 1 with a relative error below 3e-7, in float64 below 5e-16, also near 0. */
export function expm1Lanes(e: Emitter, x: V128): V128 {
  const { bias, leading, raise } = e.format;
  const { expm1, first, second, rest } = split(e, x);
  // (2ᵃ q + 2ᵃ − 2⁻ᵇ) 2ᵇ, in which 2⁻ᵇ never overflows.
  const inverse = raise(i32x4.sub(e.bits(bias), rest), leading);
  const scaled = e.madd(first, expm1, e.vec.sub(first, inverse));
  return e.vec.mul(scaled, second);
}

export const exp: Rule = (e, [x]) => expLanes(e, x.value);
export const expm1: Rule = (e, [x]) => expm1Lanes(e, x.value);

/** Computes tanh |x| = −t/(2 + t) with t = e^(−2|x|) − 1, with a relative error below 5e-7, in float64 below 7e-16. */
export const tanh: Rule = (e, [x]) => {
  const { vec } = e;
  const t = e.let(expm1Lanes(e, vec.mul(vec.abs(x.value), e.float(-2))));
  const size = vec.div(t, vec.add(t, e.float(2)));
  const sign = v128.and(x.value, e.signs);
  return v128.or(vec.abs(size), sign);
};
