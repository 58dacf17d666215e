import { type DType, hostArray, type TypedArray } from "./dtype.ts";
import { roundHalf } from "./half.ts";

/** Truncates a number and limits it to [low, high]. NaN becomes 0. */
function saturate(x: number, low: number, high: number): number {
  return Number.isNaN(x) ? 0 : Math.min(high, Math.max(low, Math.trunc(x)));
}

/** For each element type: how a number becomes an element. */
const converters: Readonly<Record<DType, (x: number) => number>> = {
  f32: (x) => x,
  f64: (x) => x,
  i32: (x) => saturate(x, -(2 ** 31), 2 ** 31 - 1),
  u32: (x) => saturate(x, 0, 2 ** 32 - 1),
  u8: (x) => saturate(x, 0, 255),
  bool: (x) => Number(x !== 0),
  f16: roundHalf,
};

/** The types whose elements are fewer than those of their host array. */
const narrowed: ReadonlySet<DType> = new Set(["bool", "f16"]);

/**
 * Copies values into a new array of an element type.
 *
 * A float becomes f32 or f16 by rounding. An f16 ends at 65504, and sizes from 65520 on become infinite. A float becomes an
 * integer by truncation; values out of range become the nearest bound, and NaN becomes 0. It becomes a bool by x ≠ 0.
 *
 * @param values - The values.
 * @param dtype - The element type of the result.
 * @returns A new array, as long as `values`; booleans are 0 and 1.
 * @nothrow
 * @category Tensors
 */
export function convertElements(values: ArrayLike<number>, dtype: DType): TypedArray {
  const result = hostArray(dtype, values.length);
  if (!narrowed.has(dtype) && values.constructor === result.constructor) {
    result.set(values);
    return result;
  }
  const convert = converters[dtype];
  for (let i = 0; i < values.length; i++) result[i] = convert(values[i] as number);
  return result;
}
