import {
  checkNames,
  DataError,
  hostArray,
  type Tensor,
  type TypedArray,
  tensor,
} from "@metrigrad/tensor";
import { readElements } from "../stored/storedTypes.ts";
import { damaged, readNpyHeader } from "./npyHeader.ts";

/**
 * Options of {@link readNpy} and {@link readNpz}.
 *
 * @category Data
 */
export interface NpyOptions {
  /** The name of the bytes in messages, for example a file name; none by default. */
  readonly name?: string;
}

/**
 * Reads an array that NumPy saved.
 *
 * The npy format may have version 1 to 3, either byte order and either order of axes
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 *
 * @param bytes - The file.
 * @param options - The name of the bytes in messages.
 * @returns A row-major tensor. f32, f64, i32, u32, u8 and bool keep their type. f16 becomes f32. i8, i16, u16, i64
 *   and u64 become i32.
 * @throws {@link DataError} if the bytes are not such a file, are cut short or too many, or if elements are not real
 *   numbers or booleans. Also if there are more than 32 axes or 2³¹−1 elements, or if a 64-bit integer does not fit
 *   into i32.
 * @category Data
 */
export function readNpy(bytes: Uint8Array, options: NpyOptions = {}): Tensor {
  checkNames("readNpy", options, ["name"], DataError);
  const { name } = options;
  return readArray(name === undefined ? "readNpy" : `readNpy(${name})`, bytes);
}

/** Reads an array as `readNpy` does, with the place that messages name. */
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

/** Returns elements whose first axis varies fastest in row-major order. */
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
