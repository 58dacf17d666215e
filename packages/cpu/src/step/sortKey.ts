import type { DType } from "@metrigrad/tensor";
import { type FunctionBuilder, f64, type I32, i32, type Local, select } from "../wasm/index.ts";

/** Loads one word of the key of the element at an address. */
export type KeyWord = (f: FunctionBuilder, address: Local<"i32">) => I32;

/** The highest bit of a word. */
const top = -(2 ** 31);

/** Returns the key of an element of up to 32 bits. */
function word(dtype: DType): KeyWord {
  return (f, address) => {
    if (dtype === "u8") return i32.load8_u(address);
    const isHalf = dtype === "f16";
    // The bits of a half have the same order in the upper bits of a word.
    const bits = f.let(isHalf ? i32.shl(i32.load16_u(address), 16) : i32.load(address));
    if (dtype === "i32") return i32.xor(bits, top);
    if (dtype !== "f32" && !isHalf) return bits;
    const size = f.let(i32.and(bits, 0x7fffffff));
    const flipped = i32.xor(bits, i32.or(i32.shr_s(bits, 31), top));
    const number = select(size, flipped, i32.const(top));
    return select(i32.gt_u(size, isHalf ? 0x7c000000 : 0x7f800000), i32.const(-1), number);
  };
}

/** Returns a half of the key of a float of 64 bits. */
function half(part: "low" | "high"): KeyWord {
  const isHigh = part === "high";
  return (f, address) => {
    const value = f.let(f64.load(address));
    const sign = f.let(i32.shr_s(i32.load(address, 4), 31));
    const bits = i32.load(address, isHigh ? 4 : 0);
    const flipped = i32.xor(bits, isHigh ? i32.or(sign, top) : sign);
    const zero = i32.const(isHigh ? top : 0);
    const number = select(f64.eq(value, f64.const(0)), zero, flipped);
    return select(f64.ne(value, value), i32.const(-1), number);
  };
}

/**
 * Returns the words of a key, the lowest first. A key is an unsigned integer with the order of the element: floats by
 * sign and size, with NaN above all.
 */
export function keyWordsOf(dtype: DType): readonly [KeyWord, KeyWord?] {
  return dtype === "f64" ? [half("low"), half("high")] : [word(dtype)];
}
