import { checkNames, DataError, type Tensor, tensor } from "@metrigrad/tensor";
import { readElements } from "../stored/storedTypes.ts";
import type { TensorFile } from "./format.ts";
import { headerLength, readHeader } from "./header.ts";

/**
 * Options of {@link readSafetensors}.
 *
 * @category Data
 */
export interface SafetensorsOptions {
  /** The name of the bytes in messages, for example a file name; none by default. */
  readonly name?: string;
}

/**
 * Reads a file of named tensors in the safetensors format (https://github.com/huggingface/safetensors, "Format").
 *
 * @param bytes - The file.
 * @param options - The name of the bytes in messages.
 * @returns The tensors by name and the texts of the file. F64, F32, I32, U32, U8 and BOOL keep their type. F16 and
 *   BF16 become f32. I8, I16, U16, I64 and U64 become i32.
 * @throws {@link DataError} if the bytes are not such a file or are cut short, if a name comes twice, or if elements
 *   overlap or leave gaps. Also if a tensor has more than 32 axes or 2³¹−1 elements, or if a 64-bit integer does not
 *   fit into i32.
 * @category Data
 */
export function readSafetensors(bytes: Uint8Array, options: SafetensorsOptions = {}): TensorFile {
  checkNames("readSafetensors", options, ["name"], DataError);
  const where = options.name === undefined ? "readSafetensors" : `readSafetensors(${options.name})`;
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
