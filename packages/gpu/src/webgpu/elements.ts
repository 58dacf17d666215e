import {
  convertElements,
  type DType,
  hostArray,
  storageBytes,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";

/** Returns host elements as the bytes that the device stores; their number is a multiple of 4. */
export function encode(values: ArrayLike<number>, dtype: DType): Uint8Array<ArrayBuffer> {
  const converted = convertElements(values, dtype);
  if (dtype === "bool") {
    const lanes = Uint32Array.from(converted);
    return new Uint8Array(lanes.buffer);
  }
  if (dtype !== "u8") {
    return new Uint8Array(
      converted.buffer as ArrayBuffer,
      converted.byteOffset,
      converted.byteLength,
    );
  }
  const padded = new Uint8Array(Math.ceil(converted.length / 4) * 4);
  padded.set(converted);
  return padded;
}

/** Returns stored bytes as a tensor. */
export function decode(bytes: ArrayBuffer, shape: readonly number[], dtype: DType): Tensor {
  if (dtype === "bool") return tensor(Uint8Array.from(new Uint32Array(bytes)), { shape, dtype });
  const size = bytes.byteLength / storageBytes[dtype];
  const values = hostArray(dtype, size);
  new Uint8Array(values.buffer).set(new Uint8Array(bytes));
  return tensor(values, { shape, dtype });
}
