import { f32x4, f64x2, i32x4, type V128 } from "../../wasm/index.ts";
import type { Emitter } from "../emitter.ts";
import { doubles } from "./doubles.ts";

const rounding = 1.5 * 2 ** 52;

/** 2/(ln 2 (2k + 1)): log₂ m = Σ c_k s^(2k+1), s = (m − 1)/(m + 1), to 2⁻⁴⁰. */
const series = [13, 11, 9, 7, 5, 3, 1].map((odd) => 2 / (Math.LN2 * odd));

/** Returns n + r = y log₂|x| for two lanes in float64, clamped to the range beyond which 2ⁿ is 0 or ∞. */
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

/** Returns n + r = y log₂|x| of four floats of 32 bits, by a log₂ in float64: n, and r ln 2. */
export function exponentOfSingles(e: Emitter, m: V128, power: V128, y: V128) {
  const high = (v: V128) => f64x2.promote_low_f32x4(i32x4.shuffle(v, v, [2, 3, 2, 3]));
  const low = f64x2.promote_low_f32x4;
  const a = exponent(e, low(m), low(power), low(y));
  const b = exponent(e, high(m), high(power), high(y));
  const rest = i32x4.shuffle(a.rest, b.rest, [0, 1, 4, 5]);
  return { rest, whole: i32x4.shuffle(a.shifted, b.shifted, [0, 2, 4, 6]) };
}
