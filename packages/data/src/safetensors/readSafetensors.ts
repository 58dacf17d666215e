import { type Tensor, tensor } from "@metrigrad/tensor";
import { readElements } from "../stored/storedTypes.ts";
import type { TensorFile } from "./format.ts";
import { headerLength, readHeader } from "./header.ts";

/** Options of `readSafetensors`. */
export interface SafetensorsOptions {
  /** What the bytes are called in messages, for example a file name. */
  readonly name?: string;
}

/**
 * Reads a file of named tensors in the safetensors format.
 *
 * @param bytes - The file.
 * @param options - What the bytes are called in messages.
 * @returns The tensors by name and the texts of the file. F64, F32, I32, U32, U8 and BOOL keep their type;
 *   F16 and BF16 become f32; I8, I16, U16, I64 and U64 become i32.
 * @throws DataError where the bytes are not such a file or are cut short, where a name comes twice, where
 *   elements overlap or leave gaps, where a tensor has more than 32 axes or 2³¹−1 elements, and where a
 *   64-bit integer does not fit into i32.
 *
 * Source: https://github.com/huggingface/safetensors, "Format".
 */
export function readSafetensors(bytes: Uint8Array, { name }: SafetensorsOptions = {}): TensorFile {
  const where = name === undefined ? "readSafetensors" : `readSafetensors(${name})`;
  const length = headerLength(where, bytes.subarray(0, 8), bytes.length);
  const elements = bytes.subarray(8 + length);
  const { entries, metadata } = readHeader(where, bytes.subarray(8, 8 + length), elements.length);
  const tensors = new Map<string, Tensor>();
  for (const { name, type, shape, begin, end } of entries) {
    const data = readElements(`${where}, ${name}`, type, elements.subarray(begin, end), true);
    tensors.set(name, tensor(data, { shape, dtype: type.dtype }));
  }
  return { tensors, metadata };
}
