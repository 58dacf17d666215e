import type { DType, ValueType } from "@metrigrad/tensor";

/** Element types of graph values that hold what is stored as these. */
export const valueTypes: Readonly<Record<DType, ValueType>> = {
  f32: "float",
  f64: "float",
  i32: "i32",
  u32: "u32",
  bool: "bool",
  u8: "u8",
};
