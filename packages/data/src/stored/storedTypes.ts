import {
  DataError,
  type DType,
  encodeHalves,
  halfValue,
  hostArray,
  type TypedArray,
} from "@metrigrad/tensor";

/** How elements of one type lie in a file, and what they become. */
export interface StoredType {
  /** The name in messages, such as "i16". */
  readonly name: string;
  /** The number of bytes of one element in the file. */
  readonly bytes: number;
  /** The element type of the tensor. It holds every value, except for 64-bit integers outside of i32. */
  readonly dtype: DType;
  /** Returns one element from its bytes. */
  readonly get: (view: DataView, at: number, little: boolean) => number | bigint;
}

/** The element types of the formats that this package reads, by name. */
export const storedTypes = {
  bool: stored("bool", 1, "bool", (view, at) => Number(view.getUint8(at) !== 0)),
  u8: stored("u8", 1, "u8", (view, at) => view.getUint8(at)),
  i8: stored("i8", 1, "i32", (view, at) => view.getInt8(at)),
  u16: stored("u16", 2, "i32", (view, at, little) => view.getUint16(at, little)),
  i16: stored("i16", 2, "i32", (view, at, little) => view.getInt16(at, little)),
  u32: stored("u32", 4, "u32", (view, at, little) => view.getUint32(at, little)),
  i32: stored("i32", 4, "i32", (view, at, little) => view.getInt32(at, little)),
  u64: stored("u64", 8, "i32", (view, at, little) => view.getBigUint64(at, little)),
  i64: stored("i64", 8, "i32", (view, at, little) => view.getBigInt64(at, little)),
  f16: stored("f16", 2, "f32", (view, at, little) => halfValue(view.getUint16(at, little))),
  bf16: stored("bf16", 2, "f32", (view, at, little) => brain(view.getUint16(at, little))),
  f32: stored("f32", 4, "f32", (view, at, little) => view.getFloat32(at, little)),
  f64: stored("f64", 8, "f64", (view, at, little) => view.getFloat64(at, little)),
} as const;

function stored(name: string, bytes: number, dtype: DType, get: StoredType["get"]): StoredType {
  return { name, bytes, dtype, get };
}

const word = new DataView(new ArrayBuffer(4));

/** Returns the value of a bfloat16, which is the upper half of a binary32. */
function brain(bits: number): number {
  word.setUint32(0, bits * 2 ** 16);
  return word.getFloat32(0);
}

/** Whether the host's arrays have the low byte first. */
const hostIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The types whose bytes are those of the host array, in the host's order. */
const plain: readonly StoredType[] = [
  storedTypes.u8,
  storedTypes.u32,
  storedTypes.i32,
  storedTypes.f32,
  storedTypes.f64,
];

/**
 * Returns the elements that bytes hold, in a new array of the type's `dtype`. Throws DataError if a 64-bit integer
 * does not fit into i32.
 */
export function readElements(
  where: string,
  type: StoredType,
  bytes: Uint8Array,
  little: boolean,
): TypedArray {
  const size = bytes.length / type.bytes;
  const elements = hostArray(type.dtype, size);
  if (plain.includes(type) && (type.bytes === 1 || little === hostIsLittle)) {
    new Uint8Array(elements.buffer).set(bytes);
    return elements;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < size; i++) {
    const value = type.get(view, i * type.bytes, little);
    elements[i] = typeof value === "bigint" ? narrow(where, value, i) : value;
  }
  return elements;
}

function narrow(where: string, value: bigint, element: number): number {
  const number = Number(value);
  if (number >= -(2 ** 31) && number < 2 ** 31) return number;
  throw new DataError({
    where,
    must: "64-bit integers must lie in −2³¹ … 2³¹−1, since they become i32",
    got: `${value} at element ${element}`,
    todo: "store them as float64",
  });
}

/** The types that files of tensors are written in, by the type of a tensor. */
export const writtenTypes: Readonly<Record<DType, StoredType>> = {
  f32: storedTypes.f32,
  f64: storedTypes.f64,
  i32: storedTypes.i32,
  u32: storedTypes.u32,
  bool: storedTypes.bool,
  u8: storedTypes.u8,
  f16: storedTypes.f16,
};

/** Returns the bytes of elements of a type, little-endian. */
export function writeElements(elements: TypedArray, dtype: DType): Uint8Array {
  const stored = dtype === "f16" ? encodeHalves(elements) : elements;
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = stored;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if (hostIsLittle || size === 1) return bytes;
  const swapped = new Uint8Array(byteLength);
  for (let at = 0; at < byteLength; at++) {
    swapped[at] = bytes[at - (at % size) + size - 1 - (at % size)] as number;
  }
  return swapped;
}
