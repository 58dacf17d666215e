/**
 * Half-precision floats (IEEE 754 binary16) and floats of 32 bits. WebAssembly has no instructions for them. Each half
 * is in the low bits of a 32-bit lane.
 */

import type { Emitter } from "../expr/emitter.ts";
import {
  bitsOf,
  type FunctionBuilder,
  f32,
  f32x4,
  type I32,
  i32,
  i32x4,
  type V128,
  v128,
} from "../wasm/index.ts";

/** What a half's bits in the place of a 32-bit float's are too small by, since exponents are counted from 15 and 127. */
const scale = 2 ** (127 - 15);

/** The bits of an infinite 32-bit float. */
const infinite = 0x7f800000;

/** What infinities and NaN of halves come to before their exponent is mended: this number and larger ones. */
const firstOdd = 2 ** 16;

/** Returns four halves as floats of 32 bits. */
export function widened(e: Emitter, bits: V128): V128 {
  const halves = e.let(bits);
  const moved = i32x4.shl(v128.and(halves, e.bits(0x7fff)), 13);
  // The product is exact, for halves of less than full precision too.
  const size = e.let(f32x4.mul(moved, e.bits(bitsOf(scale))));
  const odd = v128.and(f32x4.ge(size, e.bits(bitsOf(firstOdd))), e.bits(infinite));
  const sign = i32x4.shl(v128.and(halves, e.bits(0x8000)), 16);
  return v128.or(v128.or(size, odd), sign);
}

/** Returns four floats of 32 bits as halves. Each must be a half already, so nothing is rounded. */
export function narrowed(e: Emitter, floats: V128): V128 {
  const values = e.let(floats);
  const size = e.let(v128.and(values, e.bits(0x7fffffff)));
  const full = i32x4.shr_u(i32x4.sub(size, e.bits((127 - 15) << 23)), 13);
  // The floats from 0.5 to 1 have the spacing of the halves below 2⁻¹⁴.
  const small = i32x4.sub(f32x4.add(size, e.bits(bitsOf(0.5))), e.bits(bitsOf(0.5)));
  const isSmall = f32x4.lt(size, e.bits(bitsOf(2 ** -14)));
  const finite = v128.bitselect(small, full, isSmall);
  const odd = v128.bitselect(e.bits(0x7e00), e.bits(0x7c00), f32x4.ne(values, values));
  const chosen = v128.bitselect(finite, odd, i32x4.lt_u(size, e.bits(infinite)));
  return v128.or(chosen, i32x4.shr_u(v128.and(values, e.bits(-(2 ** 31))), 16));
}

/** Returns the half at an address as a float of 32 bits. */
export function loadHalf(f: FunctionBuilder, address: I32) {
  const bits = f.let(i32.load16_u(address));
  const moved = i32.shl(i32.and(bits, 0x7fff), 13);
  const size = f.let(f32.mul(f32.reinterpret_i32(moved), f32.const(scale)));
  const isOdd = i32.sub(0, f32.ge(size, f32.const(firstOdd)));
  const all = i32.or(i32.reinterpret_f32(size), i32.and(isOdd, infinite));
  return f32.reinterpret_i32(i32.or(all, i32.shl(i32.and(bits, 0x8000), 16)));
}
