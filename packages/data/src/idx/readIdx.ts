import { checkNames, DataError, type Tensor, tensor } from "@metrigrad/tensor";
import { checkStoredShape } from "../stored/checkStoredShape.ts";
import { readElements, type StoredType } from "../stored/storedTypes.ts";
import { elementTypes } from "./elementTypes.ts";

/**
 * Options of {@link readIdx}.
 *
 * @category Data
 */
export interface IdxOptions {
  /** The name of the bytes in messages, for example a file name; none by default. */
  readonly name?: string;
}

interface Header {
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** The number of bytes before the first element. */
  readonly length: number;
}

/**
 * Reads a file of the idx format, which the MNIST files have.
 *
 * The file has two zero bytes, a type code, the rank, one big-endian u32 per axis, and then the elements, row-major
 * and big-endian (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", file formats).
 *
 * @param bytes - The file.
 * @param options - The name of the bytes in messages.
 * @returns A tensor of the shape in the file, which owns its elements. u8, i32, f32 and f64 keep their type; i8 and
 *   i16 become i32.
 * @throws {@link DataError} if the header is not one of the format, or has more than 32 axes or 2³¹−1 elements. Also
 *   if the bytes end before or after the elements.
 * @category Data
 */
export function readIdx(bytes: Uint8Array, options: IdxOptions = {}): Tensor {
  checkNames("readIdx", options, ["name"], DataError);
  const { name } = options;
  const where = name === undefined ? "readIdx" : `readIdx(${name})`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { type, shape, length } = readHeader(view, where);
  const size = checkStoredShape(where, shape);
  const wanted = length + size * type.bytes;
  if (bytes.length !== wanted) {
    throw new DataError({
      where,
      must: `a file of ${type.name} elements of shape [${shape.join(", ")}] must have ${wanted} bytes`,
      got: `${bytes.length}`,
      todo:
        bytes.length < wanted
          ? "the file is cut short: copy it again"
          : "remove what follows the elements, or copy the file again",
    });
  }
  const elements = readElements(where, type, bytes.subarray(length), false);
  return tensor(elements, { shape, dtype: type.dtype });
}

function readHeader(view: DataView, where: string): Header {
  const start = Array.from({ length: Math.min(4, view.byteLength) }, (_, i) => view.getUint8(i));
  const [zero, alsoZero, code, rank] = start;
  if (zero !== 0 || alsoZero !== 0 || code === undefined || rank === undefined) {
    throw new DataError({
      where,
      must: "the first four bytes must be 0, 0, a type code and the rank",
      got: `[${start.join(", ")}]`,
      todo:
        zero === 0x1f && alsoZero === 0x8b
          ? "these bytes are compressed by gzip: unpack them first"
          : "check that this is an idx file",
    });
  }
  const type = elementTypes.get(code);
  if (type === undefined) {
    const known = [...elementTypes].map(([key, { name }]) => `${key} (${name})`).join(", ");
    throw new DataError({
      where,
      must: `the type code must be one of ${known}`,
      got: `${code}`,
      todo: "check that this is an idx file",
    });
  }
  const length = 4 + 4 * rank;
  if (view.byteLength < length) {
    throw new DataError({
      where,
      must: `the header of a file of rank ${rank} must have ${length} bytes`,
      got: `${view.byteLength}`,
      todo: "the file is cut short: copy it again",
    });
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { type, shape, length };
}
