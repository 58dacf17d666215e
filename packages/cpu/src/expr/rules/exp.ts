import { f32x4, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Rule } from "../emitter.ts";

/** Adding 1.5·2²³ rounds to an integer, which then stands in the low bits. */
const rounding = 1.5 * 2 ** 23;

/** (e^r − 1 − r)/r² on |r| ≤ ½ ln 2, from Cephes' expf. */
const tail = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
  5.0000001201e-1,
];

/** x = n ln 2 + r with |r| ≤ ½ ln 2: e^r − 1, and 2ⁿ as two factors, since n reaches −150 and 128. */
function split(e: Emitter, x: V128) {
  const clamped = f32x4.pmin(f32x4.pmax(x, e.float(-104)), e.float(89));
  const inside = e.let(clamped);
  const shifted = e.let(e.madd(inside, e.float(Math.LOG2E), e.float(rounding)));
  const n = e.let(f32x4.sub(shifted, e.float(rounding)));
  // ln 2 in two parts, the first of 9 bits, so that n times it is exact.
  const high = e.nmadd(n, e.float(0.693359375), inside);
  const r = e.let(e.nmadd(n, e.float(-2.1219444e-4), high));
  const expm1 = e.madd(e.polynomial(r, tail), f32x4.mul(r, r), r);
  return { expm1: e.let(expm1), ...powerOfTwo(e, i32x4.sub(shifted, e.float(rounding))) };
}

/** 2ⁿ = first·second for n from −252 to 254. */
export function powerOfTwo(e: Emitter, n: V128) {
  const whole = e.let(n);
  const half = e.let(i32x4.shr_s(whole, 1));
  const scale = (k: V128) => e.let(i32x4.shl(i32x4.add(k, e.bits(127)), 23));
  return {
    first: scale(half),
    second: scale(i32x4.sub(whole, half)),
    rest: i32x4.sub(whole, half),
  };
}

/** e^r for |r| ≤ ½ ln 2. */
export function expNear0(e: Emitter, r: V128): V128 {
  return f32x4.add(e.madd(e.polynomial(r, tail), f32x4.mul(r, r), r), e.float(1));
}

/** eˣ of four lanes; relative error below 2e-7 (1.5 ulp), denormal results included. */
export function expLanes(e: Emitter, x: V128): V128 {
  const { expm1, first, second } = split(e, x);
  return f32x4.mul(f32x4.mul(f32x4.add(expm1, e.float(1)), first), second);
}

/** eˣ − 1 of four lanes; relative error below 3e-7, also near 0. */
export function expm1Lanes(e: Emitter, x: V128): V128 {
  const { expm1, first, second, rest } = split(e, x);
  // (2ᵃ q + 2ᵃ − 2⁻ᵇ) 2ᵇ, where 2⁻ᵇ never overflows.
  const inverse = i32x4.shl(i32x4.sub(e.bits(127), rest), 23);
  const scaled = e.madd(first, expm1, f32x4.sub(first, inverse));
  return f32x4.mul(scaled, second);
}

export const exp: Rule = (e, [x]) => expLanes(e, x.value);
export const expm1: Rule = (e, [x]) => expm1Lanes(e, x.value);

/** −t/(2 + t) with t = e^(−2|x|) − 1; relative error below 5e-7. */
export const tanh: Rule = (e, [x]) => {
  const t = e.let(expm1Lanes(e, f32x4.mul(f32x4.abs(x.value), e.float(-2))));
  const size = f32x4.div(t, f32x4.add(t, e.float(2)));
  const sign = v128.and(x.value, e.bits(0x80000000));
  return v128.or(f32x4.abs(size), sign);
};
