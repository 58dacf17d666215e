import { f32x4, f64x2, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Operand, Rule } from "../emitter.ts";
import { doubles } from "./doubles.ts";
import { expNear0, powerOfTwo } from "./exp.ts";
import { mantissa } from "./log.ts";

const rounding = 1.5 * 2 ** 52;

/** 2/(ln 2 (2k + 1)): log₂ m = Σ c_k s^(2k+1), s = (m − 1)/(m + 1), to 2⁻⁴⁰. */
const series = [13, 11, 9, 7, 5, 3, 1].map((odd) => 2 / (Math.LN2 * odd));

/** n + r = y log₂|x| for two lanes in float64, clamped to where 2ⁿ is 0 or ∞. */
function exponent(e: Emitter, m: V128, power: V128, y: V128) {
  const wide = e.let(m);
  const one = doubles(e, 1);
  const s = e.let(f64x2.div(f64x2.sub(wide, one), f64x2.add(wide, one)));
  const square = e.let(f64x2.mul(s, s));
  const sum = series
    .slice(1)
    .reduce<V128>(
      (total, c) => f64x2.add(f64x2.mul(total, square), doubles(e, c)),
      doubles(e, series[0] as number),
    );
  const product = f64x2.mul(y, f64x2.add(power, f64x2.mul(sum, s)));
  const clamped = e.let(f64x2.min(f64x2.max(product, doubles(e, -200)), doubles(e, 200)));
  const shifted = e.let(f64x2.add(clamped, doubles(e, rounding)));
  const rest = f64x2.sub(clamped, f64x2.sub(shifted, doubles(e, rounding)));
  return { shifted, rest: f32x4.demote_f64x2_zero(f64x2.mul(rest, doubles(e, Math.LN2))) };
}

/** |x|^y by log₂ in float64, for x ≥ 0. */
function magnitude(e: Emitter, x: V128, y: V128): V128 {
  const { m, exponent: power } = mantissa(e, x);
  const infinity = e.float(Number.POSITIVE_INFINITY);
  const atZero = e.select(f32x4.eq(x, e.float(0)), e.float(Number.NEGATIVE_INFINITY), power);
  // ∞ and NaN are their own exponent.
  const full = e.let(e.select(f32x4.lt(x, infinity), atZero, x));
  const high = (v: V128) => f64x2.promote_low_f32x4(i32x4.shuffle(v, v, [2, 3, 2, 3]));
  const low = f64x2.promote_low_f32x4;
  const a = exponent(e, low(m), low(full), low(y));
  const b = exponent(e, high(m), high(full), high(y));
  const r = e.let(i32x4.shuffle(a.rest, b.rest, [0, 1, 4, 5]));
  const { first, second } = powerOfTwo(e, i32x4.shuffle(a.shifted, b.shifted, [0, 2, 4, 6]));
  return f32x4.mul(f32x4.mul(expNear0(e, r), first), second);
}

/** Small integer powers as products. */
function product(e: Emitter, x: V128, n: number): V128 | null {
  const inverse = (v: V128) => f32x4.div(e.float(1), v);
  const square = () => e.let(f32x4.mul(x, x));
  if (n === 1) return x;
  if (n === 2) return f32x4.mul(x, x);
  if (n === 3) return f32x4.mul(square(), x);
  if (n === -1) return inverse(x);
  if (n !== 4) return null;
  const squared = square();
  return f32x4.mul(squared, squared);
}

/** Relative error below 3e-7; special values as Math.pow. */
export const pow: Rule = (e, [x, y]: readonly [Operand, Operand, Operand]) => {
  const simple = y.literal === undefined ? null : product(e, x.value, y.literal);
  if (simple) return simple;
  const size = e.let(magnitude(e, e.let(f32x4.abs(x.value)), y.value));
  const isWhole = f32x4.eq(f32x4.trunc(y.value), y.value);
  const half = e.let(f32x4.mul(y.value, e.float(0.5)));
  const isOdd = v128.and(isWhole, f32x4.ne(f32x4.trunc(half), half));
  const sign = v128.and(v128.and(x.value, e.bits(0x80000000)), isOdd);
  const signed = v128.or(size, sign);
  // Negative bases have only whole powers; −∞ stands for its limit.
  const finiteBelow0 = v128.and(
    f32x4.lt(x.value, e.float(0)),
    f32x4.gt(x.value, e.float(Number.NEGATIVE_INFINITY)),
  );
  const undefinedHere = v128.andnot(finiteBelow0, isWhole);
  const value = e.select(undefinedHere, e.float(Number.NaN), signed);
  return e.select(f32x4.eq(y.value, e.float(0)), e.float(1), value);
};
