import type { DType, TypedArray } from "@metrigrad/tensor";

/** How the elements of one idx type code are read. */
export interface ElementType {
  /** The name in messages. */
  readonly name: string;
  /** Bytes of one element in the file. */
  readonly bytes: number;
  /** Element type of the tensor: the narrowest that holds every value. */
  readonly dtype: DType;
  /** Reads `size` big-endian elements from the start of the view. */
  readonly read: (from: DataView, size: number) => TypedArray;
}

/** The element types of the idx format by the code in the third byte of a file. */
export const elementTypes: ReadonlyMap<number, ElementType> = new Map([
  [0x08, { name: "u8", bytes: 1, dtype: "u8", read: readBytes }],
  [0x09, numbers("i8", 1, "i32", Int32Array, (view, at) => view.getInt8(at))],
  [0x0b, numbers("i16", 2, "i32", Int32Array, (view, at) => view.getInt16(at))],
  [0x0c, numbers("i32", 4, "i32", Int32Array, (view, at) => view.getInt32(at))],
  [0x0d, numbers("f32", 4, "f32", Float32Array, (view, at) => view.getFloat32(at))],
  [0x0e, numbers("f64", 8, "f64", Float64Array, (view, at) => view.getFloat64(at))],
]);

function readBytes(from: DataView, size: number): Uint8Array {
  return new Uint8Array(from.buffer, from.byteOffset, size).slice();
}

function numbers(
  name: string,
  bytes: number,
  dtype: DType,
  Elements: new (size: number) => Int32Array | Float32Array | Float64Array,
  get: (view: DataView, at: number) => number,
): ElementType {
  const read = (from: DataView, size: number) => {
    const elements = new Elements(size);
    for (let i = 0; i < size; i++) elements[i] = get(from, i * bytes);
    return elements;
  };
  return { name, bytes, dtype, read };
}
