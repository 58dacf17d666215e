import type { FloatType } from "@metrigrad/tensor";
import { bitsOf, f32x4, f64x2, i32x4, i64x2, type V128 } from "../wasm/index.ts";

/**
 * How to read the bits of floats as integers, and integers as floats.
 *
 * Beside two floats of 64 bits each 32-bit integer is stored twice, (a, a, b, b), so that comparisons of integers
 * give the masks of floats.
 */
export interface FloatFormat {
  /** The number of bits of the mantissa. */
  readonly digits: 23 | 52;
  /** The number of those bits in the leading word, which has the exponent in front of them. */
  readonly leading: 23 | 20;
  /** The number that is added to stored exponents. */
  readonly bias: 127 | 1023;
  /** 1.5·2^digits: adding it rounds to an integer, which is then in the low bits. */
  readonly rounding: number;
  /** The smallest positive number of full precision. */
  readonly smallest: number;
  /** Returns the word with sign and exponent of each float. */
  readonly head: (x: V128) => V128;
  /** Returns that word of a number. */
  readonly headOf: (value: number) => number;
  /** Returns the integer of each float to which `rounding` was added. */
  readonly rounded: (shifted: V128, rounding: V128) => V128;
  /** Moves integers up by so many bits in the leading word; zeros follow them. */
  readonly raise: (whole: V128, by: number) => V128;
  /** Subtracts bits as `raise` gives them from the bits of floats. */
  readonly subtract: (x: V128, y: V128) => V128;
  readonly fromSigned: (x: V128) => V128;
  readonly fromUnsigned: (x: V128) => V128;
  /** Truncates and saturates; NaN becomes 0. */
  readonly toSigned: (x: V128) => V128;
  readonly toUnsigned: (x: V128) => V128;
}

/** Returns each of the first two words twice. */
export function twice(x: V128): V128 {
  return i32x4.shuffle(x, x, [0, 0, 1, 1]);
}

/** Moves words that are stored twice to the front, once each. */
export function once(x: V128): V128 {
  return i32x4.shuffle(x, x, [0, 2, 0, 2]);
}

const single: FloatFormat = {
  digits: 23,
  leading: 23,
  bias: 127,
  rounding: 1.5 * 2 ** 23,
  smallest: 2 ** -126,
  head: (x) => x,
  headOf: bitsOf,
  rounded: i32x4.sub,
  raise: i32x4.shl,
  subtract: i32x4.sub,
  fromSigned: f32x4.convert_i32x4_s,
  fromUnsigned: f32x4.convert_i32x4_u,
  toSigned: i32x4.trunc_sat_f32x4_s,
  toUnsigned: i32x4.trunc_sat_f32x4_u,
};

const double: FloatFormat = {
  digits: 52,
  leading: 20,
  bias: 1023,
  rounding: 1.5 * 2 ** 52,
  smallest: 2 ** -1022,
  head: (x) => i32x4.shuffle(x, x, [1, 1, 3, 3]),
  headOf: (value) => new DataView(Float64Array.of(value).buffer).getInt32(4, true),
  // The low word of `rounding` is 0.
  rounded: (shifted) => i32x4.shuffle(shifted, shifted, [0, 0, 2, 2]),
  raise: (whole, by) => i64x2.shl(whole, by + 32),
  subtract: i64x2.sub,
  fromSigned: (x) => f64x2.convert_low_i32x4_s(once(x)),
  fromUnsigned: (x) => f64x2.convert_low_i32x4_u(once(x)),
  toSigned: (x) => twice(i32x4.trunc_sat_f64x2_s_zero(x)),
  toUnsigned: (x) => twice(i32x4.trunc_sat_f64x2_u_zero(x)),
};

/** The bits of each float type. */
export const formats: Readonly<Record<FloatType, FloatFormat>> = { f32: single, f64: double };
