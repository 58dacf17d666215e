/**
 * The types of stored elements. f16 and u8 are only stored: data and inputs have them, and results do not.
 *
 * @category Tensors
 */
export type DType = "f32" | "f64" | "i32" | "u32" | "bool" | "u8" | "f16";

/**
 * The two floating-point types. Each store has one of them.
 *
 * @category Tensors
 */
export type FloatType = "f32" | "f64";

/**
 * The types of the elements of graph values. A `float` becomes f32 or f64 when the graph is compiled for a store. An `f16` or
 * `u8` keeps its type, and becomes a number where it is gathered or cast.
 *
 * @category Tensors
 */
export type ValueType = "float" | "i32" | "u32" | "bool" | "u8" | "f16";

/**
 * The arrays in host memory that hold the elements of tensors. A bool is a `Uint8Array` of 0 and 1. An f16 is
 * a `Float32Array` whose numbers are rounded to half precision.
 *
 * @category Tensors
 */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/**
 * The bytes of one element on a device, by element type. A bool takes 4 bytes there, and an f16 takes 2.
 *
 * @category For authors of backends
 */
export const storageBytes: Readonly<Record<DType, number>> = {
  f32: 4,
  f64: 8,
  i32: 4,
  u32: 4,
  bool: 4,
  u8: 1,
  f16: 2,
};

/** The class of the host array for each element type. */
const hostArrays = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u32: Uint32Array,
  bool: Uint8Array,
  u8: Uint8Array,
  f16: Float32Array,
} as const;

/**
 * Tells whether elements of a type are only stored, which saves memory: u8 and f16.
 *
 * Copies, slices and gathers move such elements. Gathers and casts read them as numbers. No op computes them.
 *
 * @param type - The type of stored elements or of graph values.
 * @returns Whether no op computes elements of that type.
 * @nothrow
 * @category For authors of backends
 */
export function isStoredOnly<T extends DType | ValueType>(
  type: T,
): type is Extract<T, "u8" | "f16"> {
  return type === "u8" || type === "f16";
}

/**
 * Makes an array of zeros for an element type.
 *
 * @param dtype - The element type.
 * @param size - The number of elements.
 * @returns The array.
 * @throws RangeError if `size` is negative.
 * @category Tensors
 */
export function hostArray(dtype: DType, size: number): TypedArray {
  return new hostArrays[dtype](size);
}

/**
 * Returns the type as which a store keeps the elements of a graph value.
 *
 * @param type - The type of the graph value.
 * @param float - The float type of the store.
 * @returns The float type of the store for "float", and `type` itself for all others.
 * @nothrow
 * @category For authors of backends
 */
export function storedType(type: ValueType, float: FloatType): DType {
  return type === "float" ? float : type;
}

/**
 * Returns the type of graph values whose elements are stored as `dtype`.
 *
 * @param dtype - The type of the stored elements.
 * @returns "float" for f32 and f64, and `dtype` itself for all others.
 * @nothrow
 * @category For authors of backends
 */
export function valueTypeOf(dtype: DType): ValueType {
  return dtype === "f32" || dtype === "f64" ? "float" : dtype;
}
