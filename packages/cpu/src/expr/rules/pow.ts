import type { FloatType } from "@metrigrad/tensor";
import { type V128, v128 } from "../../wasm/index.ts";
import type { Emitter, Operand, Rule } from "../emitter.ts";
import { expNear0, powerOfTwo } from "./exp.ts";
import { mantissa } from "./log.ts";
import { exponentOfDoubles } from "./powDouble.ts";
import { exponentOfSingles } from "./powSingle.ts";

/** Returns n + r = y log₂|x| from the mantissa and the exponent of |x|: n as integers, and r ln 2. */
type Exponent = (e: Emitter, m: V128, power: V128, y: V128) => { whole: V128; rest: V128 };

const exponents: Readonly<Record<FloatType, Exponent>> = {
  f32: exponentOfSingles,
  f64: exponentOfDoubles,
};

/** Returns |x|^y for x ≥ 0, by a log₂ with more digits than the result. */
function magnitude(e: Emitter, x: V128, y: V128): V128 {
  const { vec } = e;
  const { m, exponent: power } = mantissa(e, x);
  const infinity = e.float(Number.POSITIVE_INFINITY);
  const atZero = e.select(vec.eq(x, e.float(0)), e.float(Number.NEGATIVE_INFINITY), power);
  // The exponent of ∞ and of NaN is the number itself.
  const full = e.let(e.select(vec.lt(x, infinity), atZero, x));
  const { whole, rest } = exponents[e.floats.type](e, m, full, y);
  const r = e.let(rest);
  const { first, second } = powerOfTwo(e, whole);
  return vec.mul(vec.mul(expNear0(e, r), first), second);
}

/** Returns small integer powers as products; null for other powers. */
function product(e: Emitter, x: V128, n: number): V128 | null {
  const { vec } = e;
  const inverse = (v: V128) => vec.div(e.float(1), v);
  const square = () => e.let(vec.mul(x, x));
  if (n === 1) return x;
  if (n === 2) return vec.mul(x, x);
  if (n === 3) return vec.mul(square(), x);
  if (n === -1) return inverse(x);
  if (n !== 4) return null;
  const squared = square();
  return vec.mul(squared, squared);
}

/** Computes x^y with a relative error below 3e-7, in float64 below 5e-16. Special values are those of Math.pow. */
export const pow: Rule = (e, [x, y]: readonly [Operand, Operand, Operand]) => {
  const { vec } = e;
  const simple = y.literal === undefined ? null : product(e, x.value, y.literal);
  if (simple) return simple;
  const size = e.let(magnitude(e, e.let(vec.abs(x.value)), y.value));
  const isWhole = vec.eq(vec.trunc(y.value), y.value);
  const half = e.let(vec.mul(y.value, e.float(0.5)));
  const isOdd = v128.and(isWhole, vec.ne(vec.trunc(half), half));
  const sign = v128.and(v128.and(x.value, e.signs), isOdd);
  const signed = v128.or(size, sign);
  // Negative bases have whole powers only; −∞ stands for its limit.
  const finiteBelow0 = v128.and(
    vec.lt(x.value, e.float(0)),
    vec.gt(x.value, e.float(Number.NEGATIVE_INFINITY)),
  );
  const undefinedHere = v128.andnot(finiteBelow0, isWhole);
  const value = e.select(undefinedHere, e.float(Number.NaN), signed);
  return e.select(vec.eq(y.value, e.float(0)), e.float(1), value);
};
