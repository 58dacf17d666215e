import { DataError, type DType, type Tensor } from "@metrigrad/tensor";

/**
 * Named tensors in the layout of safetensors: 8 bytes for the length of the header (u64,
 * little-endian), the header as JSON ({ name: { dtype, shape, data_offsets } }), then the elements,
 * little-endian and row-major, without gaps.
 */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Texts by name, under __metadata__ in the header. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** How one tensor stands in the header. */
export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

/** The name under which the header holds texts. */
export const metadataKey = "__metadata__";

/** Element types by their names in the format; bool takes one byte there. */
export const dtypes: Readonly<Record<string, DType>> = {
  F32: "f32",
  F64: "f64",
  I32: "i32",
  U32: "u32",
  BOOL: "bool",
  U8: "u8",
};

/** The error for a file that is not what it claims to be. */
export function damaged(where: string, must: string, got: string): DataError {
  return new DataError({ where, must, got, todo: "check the path, or copy the file again" });
}
