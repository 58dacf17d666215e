import { hostArray, type Tensor, type TypedArray, tensor } from "@metrigrad/tensor";
import { readElements } from "../stored/storedTypes.ts";
import { damaged, readNpyHeader } from "./npyHeader.ts";

/** Options of `readNpy` and `readNpz`. */
export interface NpyOptions {
  /** What the bytes are called in messages, for example a file name. */
  readonly name?: string;
}

/**
 * Reads an array that NumPy saved, of versions 1 to 3 of the npy format, either byte order and either order
 * of axes.
 *
 * @param bytes - The file.
 * @param options - What the bytes are called in messages.
 * @returns A row-major tensor. f32, f64, i32, u32, u8 and bool keep their type; f16 becomes f32; i8, i16,
 *   u16, i64 and u64 become i32.
 * @throws DataError where the bytes are not such a file, are cut short or too many, where the elements are
 *   no real numbers or booleans, where there are more than 32 axes or 2³¹−1 elements, and where a 64-bit
 *   integer does not fit into i32.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 */
export function readNpy(bytes: Uint8Array, { name }: NpyOptions = {}): Tensor {
  return readArray(name === undefined ? "readNpy" : `readNpy(${name})`, bytes);
}

/** `readNpy` with the place that messages name. */
export function readArray(where: string, bytes: Uint8Array): Tensor {
  const { type, little, columns, shape, size, length } = readNpyHeader(where, bytes);
  const wanted = length + size * type.bytes;
  if (bytes.length !== wanted) {
    const what = `${type.name} of shape [${shape.join(", ")}]`;
    const end = bytes.length < wanted ? "the file is cut short" : "more follows the elements";
    throw damaged(where, `a file of ${what} must have ${wanted} bytes`, `${bytes.length}: ${end}`);
  }
  const stored = readElements(where, type, bytes.subarray(length), little);
  const elements = columns && shape.length > 1 ? rowMajor(stored, shape, type.dtype) : stored;
  return tensor(elements, { shape, dtype: type.dtype });
}

/** Elements whose first axis varies fastest in the order in which the last one does. */
function rowMajor(from: TypedArray, shape: readonly number[], dtype: Tensor["dtype"]): TypedArray {
  const to = hostArray(dtype, from.length);
  const strides: number[] = [];
  shape.reduce((stride, n) => {
    strides.push(stride);
    return stride * n;
  }, 1);
  const index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let k = 0; k < to.length; k++) {
    to[k] = from[at] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      at -= (shape[axis] as number) * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return to;
}
