import { f64x2, type V128, v128 } from "../../wasm/index.ts";
import type { Emitter } from "../emitter.ts";

const { add, sub, mul, div, abs, lt, max, min } = f64x2;

/** An exponent n from which 2ⁿ is surely 0 or ∞. */
const end = 1100;

/** A sum of two floats, the second of which is below the last digit of the first. */
interface Pair {
  readonly high: V128;
  readonly low: V128;
}

/** Returns the leading 26 bits of the mantissa. Products of two such numbers are exact. */
function leading(e: Emitter, x: V128): V128 {
  return v128.and(
    x,
    e.constant("leading", () => v128.const(-(2 ** 27), -1, -(2 ** 27), -1)),
  );
}

/** Returns x in two parts, the first of which has 26 bits. */
function halves(e: Emitter, x: V128): Pair {
  const high = e.let(leading(e, x));
  return { high, low: e.let(sub(x, high)) };
}

/** 3/(2k + 1) from k = 11 down to 2: ln m = ⅔ s (3 + s² + s⁴ Σ c_k s^(2k − 4)), s = (m − 1)/(m + 1). */
const series = Array.from({ length: 10 }, (_, i) => 3 / (23 - 2 * i));

/** 2/(3 ln 2), and the same in two parts, the first of which has 24 bits. */
const scale = 0.9617966939259756;
const [scaleHigh, scaleLow] = [0.9617967009544373, -7.028461650952758e-9] as const;

/** Returns log₂ of a number with exponent `power` and a mantissa from √½ to √2, in 26 bits and a rest of 40 more. */
function logarithm(e: Emitter, m: V128, power: V128): Pair {
  const one = e.float(1);
  const above = e.let(sub(m, one));
  const inverse = e.let(div(one, add(m, one)));
  const s = e.let(mul(above, inverse));
  const sHigh = e.let(leading(e, s));
  // m + 1 in two parts, and with it what s lacks of the quotient.
  const sum = e.let(leading(e, add(m, one)));
  const sumLow = sub(m, sub(sum, one));
  const left = sub(sub(above, mul(sHigh, sum)), mul(sHigh, sumLow));
  const sLow = e.let(mul(inverse, left));
  const square = e.let(mul(s, s));
  const later = mul(mul(square, square), e.polynomial(square, series));
  const correction = e.let(add(later, mul(sLow, add(sHigh, s))));
  // 3 + s² + …, in which the square of the leading part is exact.
  const squareHigh = e.let(mul(sHigh, sHigh));
  const three = e.float(3);
  const head = e.let(leading(e, add(add(three, squareHigh), correction)));
  const headLow = sub(correction, sub(sub(head, three), squareHigh));
  const product = e.let(mul(sHigh, head));
  const productLow = e.let(add(mul(sLow, head), mul(headLow, s)));
  const p = e.let(leading(e, add(product, productLow)));
  const pLow = sub(productLow, sub(p, product));
  const scaled = e.let(mul(e.float(scaleHigh), p));
  const scaledLow = e.let(add(mul(e.float(scaleLow), p), mul(pLow, e.float(scale))));
  const high = e.let(leading(e, add(add(scaled, scaledLow), power)));
  return { high, low: e.let(sub(scaledLow, sub(sub(high, power), scaled))) };
}

/**
 * Returns n + r = y log₂|x| of two floats of 64 bits: n, and r ln 2.
 *
 * The logarithm has more digits than a float, as in fdlibm's e_pow, because its error is multiplied by y log₂|x|.
 */
export function exponentOfDoubles(e: Emitter, m: V128, power: V128, y: V128) {
  const log = logarithm(e, m, power);
  const factor = halves(e, y);
  const plain = e.let(mul(y, log.high));
  const inside = e.let(lt(abs(plain), e.float(end)));
  // If y or the logarithm is infinite, their product has no parts.
  const clamped = min(max(plain, e.float(-end)), e.float(end));
  const high = e.let(e.select(inside, mul(factor.high, log.high), clamped));
  const low = e.let(v128.and(add(mul(factor.low, log.high), mul(y, log.low)), inside));
  const rounding = e.float(e.format.rounding);
  const shifted = e.let(add(add(high, low), rounding));
  const rest = add(sub(high, sub(shifted, rounding)), low);
  return { rest: mul(rest, e.float(Math.LN2)), whole: e.format.rounded(shifted, rounding) };
}
