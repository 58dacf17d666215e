import { type DType, hostArray, type TypedArray } from "./dtype.ts";

/** Truncates into [low, high]; NaN becomes 0. */
function saturate(x: number, low: number, high: number): number {
  return Number.isNaN(x) ? 0 : Math.min(high, Math.max(low, Math.trunc(x)));
}

const converters: Readonly<Record<DType, (x: number) => number>> = {
  f32: (x) => x,
  f64: (x) => x,
  i32: (x) => saturate(x, -(2 ** 31), 2 ** 31 - 1),
  u32: (x) => saturate(x, 0, 2 ** 32 - 1),
  u8: (x) => saturate(x, 0, 255),
  bool: (x) => Number(x !== 0),
};

/**
 * A new host array of `values` in another element type: f32 rounds, integers truncate and saturate
 * (NaN becomes 0), bool is x ≠ 0.
 */
export function convertElements(values: ArrayLike<number>, dtype: DType): TypedArray {
  const result = hostArray(dtype, values.length);
  if (dtype !== "bool" && values.constructor === result.constructor) {
    result.set(values);
    return result;
  }
  const convert = converters[dtype];
  for (let i = 0; i < values.length; i++) result[i] = convert(values[i] as number);
  return result;
}
