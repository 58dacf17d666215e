import type { DType } from "../dtype.ts";
import type { ScalarType } from "./expr.ts";

/** The type under which expressions see stored elements: f32 and f64 as float, u8 as u32. */
export function scalarTypeOf(dtype: DType): ScalarType {
  if (dtype === "f32" || dtype === "f64") return "float";
  return dtype === "u8" ? "u32" : dtype;
}
