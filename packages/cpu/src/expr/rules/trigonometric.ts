import { f32x4, f64x2, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Rule } from "../emitter.ts";
import { doubles } from "./doubles.ts";

/** Adding 1.5·2⁵² rounds to an integer, which then stands in the low word. */
const rounding = 1.5 * 2 ** 52;
/** π/2 in two parts; the first has 33 bits, so that small multiples are exact. */
const halfPiHigh = 1.5707963267341256;
const halfPiLow = 6.077100506506192e-11;

/** x = q π/2 + r with |r| ≤ π/4, in float64: r as float32, q as an integer. */
function reduce(e: Emitter, x: V128) {
  const half = (wide: V128) => {
    const scaled = f64x2.mul(wide, doubles(e, 2 / Math.PI));
    const shifted = e.let(f64x2.add(scaled, doubles(e, rounding)));
    const n = e.let(f64x2.sub(shifted, doubles(e, rounding)));
    const near = f64x2.sub(wide, f64x2.mul(n, doubles(e, halfPiHigh)));
    const rest = f64x2.sub(near, f64x2.mul(n, doubles(e, halfPiLow)));
    return { shifted, rest: f32x4.demote_f64x2_zero(rest) };
  };
  const low = half(e.let(f64x2.promote_low_f32x4(x)));
  const high = half(e.let(f64x2.promote_low_f32x4(i32x4.shuffle(x, x, [2, 3, 2, 3]))));
  const rest = i32x4.shuffle(low.rest, high.rest, [0, 1, 4, 5]);
  // Where x is so large that nothing is left of its phase, the result still lies in [−1, 1].
  const limit = Math.PI / 4 + 1e-6;
  const r = e.let(f32x4.pmin(f32x4.pmax(rest, e.float(-limit)), e.float(limit)));
  return { r, quadrant: i32x4.shuffle(low.shifted, high.shifted, [0, 2, 4, 6]) };
}

/** sin(r + q π/2), polynomials from Cephes' sinf and cosf. */
function wave(e: Emitter, r: V128, quadrant: V128): V128 {
  const q = e.let(quadrant);
  const s = e.let(f32x4.mul(r, r));
  const odd = e.polynomial(s, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
  const sine = e.madd(f32x4.mul(odd, s), r, r);
  const even = e.polynomial(s, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
  const cosine = e.madd(f32x4.mul(even, s), s, e.nmadd(s, e.float(0.5), e.float(1)));
  const swap = i32x4.ne(v128.and(q, e.bits(1)), e.bits(0));
  const sign = i32x4.shl(v128.and(q, e.bits(2)), 30);
  return v128.xor(e.select(swap, cosine, sine), sign);
}

/** Error below 2e-7 of the result for |x| < 1e6, where 1e-9 absolute for larger |x| below 2³¹. */
export const sin: Rule = (e, [x]) => {
  const { r, quadrant } = reduce(e, x.value);
  return wave(e, r, quadrant);
};

/** As accurate as sin. */
export const cos: Rule = (e, [x]) => {
  const { r, quadrant } = reduce(e, x.value);
  return wave(e, r, i32x4.add(quadrant, e.bits(1)));
};
