import {
  convertElements,
  type DType,
  decodeHalves,
  encodeHalves,
  type Tensor,
  type TypedArray,
  tensor,
} from "@metrigrad/tensor";
import type { Heap } from "./heap.ts";

/** An array of elements as they are stored. */
export type StoredArray = TypedArray | Uint16Array;

/** Returns the elements as they are stored: booleans take 32 bits, and f16 are the bits of halves. */
export function storedArray(heap: Heap, address: number, size: number, dtype: DType): StoredArray {
  const { buffer } = heap.memory;
  if (dtype === "f32") return new Float32Array(buffer, address, size);
  if (dtype === "f64") return new Float64Array(buffer, address, size);
  if (dtype === "u32") return new Uint32Array(buffer, address, size);
  if (dtype === "f16") return new Uint16Array(buffer, address, size);
  if (dtype === "u8") return new Uint8Array(buffer, address, size);
  return new Int32Array(buffer, address, size);
}

/** Whether `set` of a typed array converts these elements as `convertElements` would. */
function copies(from: DType, to: DType): boolean {
  if (from === to || from === "bool") return true;
  return to === "f32" || to === "f64" || (from === "u8" && to !== "bool");
}

/** Returns the type of host elements that have no tensor to tell it. */
function typeOf(values: ArrayLike<number>): DType {
  if (values instanceof Float32Array) return "f32";
  if (values instanceof Int32Array) return "i32";
  if (values instanceof Uint32Array) return "u32";
  return values instanceof Uint8Array ? "u8" : "f64";
}

/** Writes host elements into memory, converted to the stored type. */
export function writeElements(
  target: StoredArray,
  dtype: DType,
  values: ArrayLike<number>,
  from: DType = typeOf(values),
): void {
  if (dtype === "f16") target.set(encodeHalves(values));
  else if (copies(from, dtype)) target.set(values);
  else target.set(convertElements(values, dtype));
}

/** Returns a copy of stored elements as a tensor. */
export function readElements(stored: StoredArray, shape: readonly number[], dtype: DType): Tensor {
  return tensor(hostElements(stored, dtype), { shape, dtype });
}

function hostElements(stored: StoredArray, dtype: DType): TypedArray {
  if (stored instanceof Uint16Array) return decodeHalves(stored);
  return dtype === "bool" ? Uint8Array.from(stored) : stored.slice();
}
