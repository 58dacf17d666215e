import type { DType } from "../dtype.ts";
import type { ScalarType } from "./expr.ts";

/**
 * Returns the type that stored elements have in expressions.
 *
 * @param dtype - The type of the stored elements.
 * @returns "float" for f32, f64 and f16, "u32" for u8, and the same type for all others.
 * @nothrow
 * @category Expressions
 */
export function scalarTypeOf(dtype: DType): ScalarType {
  if (dtype === "f32" || dtype === "f64" || dtype === "f16") return "float";
  return dtype === "u8" ? "u32" : dtype;
}
