import {
  convertElements,
  type DType,
  decodeHalves,
  encodeHalves,
  hostArray,
  storageBytes,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";

/** Returns host elements as the bytes that the device stores; their number is a multiple of 4. */
export function encode(values: ArrayLike<number>, dtype: DType): Uint8Array<ArrayBuffer> {
  if (dtype === "f16") return padded(encodeHalves(values));
  const converted = convertElements(values, dtype);
  if (dtype === "bool") {
    const lanes = Uint32Array.from(converted);
    return new Uint8Array(lanes.buffer);
  }
  if (dtype === "u8") return padded(converted);
  return bytesOf(converted);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Returns elements as bytes with zeros up to a whole word. */
function padded(elements: ArrayBufferView): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(Math.ceil(elements.byteLength / 4) * 4);
  whole.set(bytesOf(elements));
  return whole;
}

/** Returns stored bytes as a tensor. */
export function decode(bytes: ArrayBuffer, shape: readonly number[], dtype: DType): Tensor {
  if (dtype === "bool") return tensor(Uint8Array.from(new Uint32Array(bytes)), { shape, dtype });
  if (dtype === "f16") {
    return tensor(decodeHalves(new Uint16Array(bytes)), { shape, dtype });
  }
  const size = bytes.byteLength / storageBytes[dtype];
  const values = hostArray(dtype, size);
  new Uint8Array(values.buffer).set(new Uint8Array(bytes));
  return tensor(values, { shape, dtype });
}
