/** Element types of stored values. */
export type DType = "f32" | "f64" | "i32" | "u32" | "bool" | "u8";

/** The two floating-point types; a store is of one of them. */
export type FloatType = "f32" | "f64";

/** Element types of graph values: `float` becomes f32 or f64 when a store is chosen. */
export type ValueType = "float" | "i32" | "u32" | "bool" | "u8";

/** Host arrays that hold tensor elements; bool is a Uint8Array of 0 and 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** Bytes of one element on a device; bool takes a whole 32-bit lane there. */
export const storageBytes: Readonly<Record<DType, number>> = {
  f32: 4,
  f64: 8,
  i32: 4,
  u32: 4,
  bool: 4,
  u8: 1,
};

const hostArrays = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u32: Uint32Array,
  bool: Uint8Array,
  u8: Uint8Array,
} as const;

/** A zero-filled host array of `size` elements. */
export function hostArray(dtype: DType, size: number): TypedArray {
  return new hostArrays[dtype](size);
}

/** The stored type of a graph value in a store of the given float type. */
export function storedType(type: ValueType, float: FloatType): DType {
  return type === "float" ? float : type;
}

/** The type of a graph value that holds what is stored as `dtype`. */
export function valueTypeOf(dtype: DType): ValueType {
  return dtype === "f32" || dtype === "f64" ? "float" : dtype;
}
