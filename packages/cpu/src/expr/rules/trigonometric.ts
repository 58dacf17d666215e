import type { FloatType } from "@metrigrad/tensor";
import { f32x4, f64x2, i32x4, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Rule } from "../emitter.ts";
import { doubles } from "./doubles.ts";

/** 1.5·2⁵²: adding it rounds to an integer, which is then in the low word. */
const rounding = 1.5 * 2 ** 52;
/** π/2 in two parts. The first has 33 bits, so that small multiples are exact. */
const halfPi = [1.5707963267341256, 6.077100506506192e-11];
/** π/2 in four parts, three of which have 22 bits. Multiples of those below 2³¹ are exact. */
const exactHalfPi = [
  1.570796012878418, 3.139164164167596e-7, 6.223371969669989e-14, 2.0222662487959506e-21,
];

/** Polynomials of sin and cos on [−π/4, π/4], without their first terms. */
interface Wave {
  /** (sin r − r)/r³ in r². */
  readonly sine: readonly number[];
  /** (cos r − 1 + r²/2)/r⁴ in r². */
  readonly cosine: readonly number[];
}

/** The polynomials of Cephes' sinf and cosf, and of fdlibm's k_sin and k_cos. */
const waves: Readonly<Record<FloatType, Wave>> = {
  f32: {
    sine: [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1],
    cosine: [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2],
  },
  f64: {
    sine: [
      1.58969099521155e-10, -2.5050760253406863e-8, 2.7557313707070068e-6, -1.984126982985795e-4,
      8.33333333332249e-3, -1.6666666666666632e-1,
    ],
    cosine: [
      -1.1359647557788195e-11, 2.087572321298175e-9, -2.7557314351390663e-7, 2.480158728947673e-5,
      -1.388888888887411e-3, 4.16666666666666e-2,
    ],
  },
};

/** Returns r and q of x = q π/2 + r with |r| ≤ π/4 for two floats of 64 bits; q is in the low words of its result. */
function quarters(e: Emitter, x: V128, parts: readonly number[]) {
  const scaled = f64x2.mul(x, doubles(e, 2 / Math.PI));
  const shifted = e.let(f64x2.add(scaled, doubles(e, rounding)));
  const n = e.let(f64x2.sub(shifted, doubles(e, rounding)));
  const rest = parts.reduce<V128>(
    (left, part) => f64x2.sub(left, f64x2.mul(n, doubles(e, part))),
    x,
  );
  return { shifted, rest };
}

/** Returns rest and quadrant of four floats of 32 bits, computed in float64. */
function reduceSingle(e: Emitter, x: V128) {
  const half = (wide: V128) => {
    const { shifted, rest } = quarters(e, wide, halfPi);
    return { shifted, rest: f32x4.demote_f64x2_zero(rest) };
  };
  const low = half(e.let(f64x2.promote_low_f32x4(x)));
  const high = half(e.let(f64x2.promote_low_f32x4(i32x4.shuffle(x, x, [2, 3, 2, 3]))));
  const rest = i32x4.shuffle(low.rest, high.rest, [0, 1, 4, 5]);
  return { rest, quadrant: i32x4.shuffle(low.shifted, high.shifted, [0, 2, 4, 6]) };
}

function reduceDouble(e: Emitter, x: V128) {
  const { shifted, rest } = quarters(e, x, exactHalfPi);
  return { rest, quadrant: e.format.rounded(shifted, doubles(e, rounding)) };
}

const reductions = { f32: reduceSingle, f64: reduceDouble } as const;

/** Returns r and q of x = q π/2 + r with |r| ≤ π/4, q as an integer. */
function reduce(e: Emitter, x: V128) {
  const { rest, quadrant } = reductions[e.floats.type](e, x);
  // If x is so large that nothing is left of its phase, the result still lies in [−1, 1].
  const limit = Math.PI / 4 + 1e-6;
  const r = e.let(e.vec.pmin(e.vec.pmax(rest, e.float(-limit)), e.float(limit)));
  return { r, quadrant };
}

/** Returns sin(r + q π/2). */
function wave(e: Emitter, r: V128, quadrant: V128): V128 {
  const { vec } = e;
  const polynomials = waves[e.floats.type];
  const q = e.let(quadrant);
  const s = e.let(vec.mul(r, r));
  const odd = e.polynomial(s, polynomials.sine);
  const sine = e.madd(vec.mul(odd, s), r, r);
  const even = e.polynomial(s, polynomials.cosine);
  const cosine = e.madd(vec.mul(even, s), s, e.nmadd(s, e.float(0.5), e.float(1)));
  const swap = i32x4.ne(v128.and(q, e.bits(1)), e.bits(0));
  const sign = e.format.raise(v128.and(q, e.bits(2)), 30);
  return v128.xor(e.select(swap, cosine, sine), sign);
}

/**
 * Computes sin x. For |x| < 1e6 the error is below 2e-7 of the result, for larger |x| below 2³¹ it is 1e-9 absolute.
 *
 * In float64 it is below 4e-16 of the result for |x| < 2³¹, and about |x| 1e-16 absolute beyond.
 */
export const sin: Rule = (e, [x]) => {
  const { r, quadrant } = reduce(e, x.value);
  return wave(e, r, quadrant);
};

/** Computes cos x, as accurately as sin. */
export const cos: Rule = (e, [x]) => {
  const { r, quadrant } = reduce(e, x.value);
  return wave(e, r, i32x4.add(quadrant, e.bits(1)));
};
