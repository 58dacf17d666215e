import type { DType } from "@metrigrad/tensor";
import { dtypes, type HeaderEntry, metadataKey, type TensorFile } from "./tensorFile.ts";

/** The bytes of a file of named tensors. */
export function writeTensors({ tensors, metadata }: TensorFile): Uint8Array {
  const header: Record<string, HeaderEntry | TensorFile["metadata"]> = { [metadataKey]: metadata };
  let end = 0;
  for (const [name, value] of tensors) {
    const begin = end;
    end += value.data().byteLength;
    header[name] = { dtype: nameOf(value.dtype), shape: value.shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Spaces bring the elements to a multiple of 8 bytes.
  const length = 8 * Math.ceil(text.length / 8);
  const file = new Uint8Array(8 + length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(text, 8);
  let at = 8 + length;
  for (const value of tensors.values()) {
    const { buffer, byteOffset, byteLength } = value.data();
    file.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return file;
}

function nameOf(dtype: DType): string {
  return Object.keys(dtypes).find((name) => dtypes[name] === dtype) as string;
}
