import { DataError, type Tensor } from "@metrigrad/tensor";
import { type StoredType, storedTypes } from "../stored/storedTypes.ts";

/**
 * Named tensors and texts, as a file of the safetensors format holds them.
 *
 * A file has 8 bytes for the length of the header (u64, little-endian), then the header as JSON ({ name: { dtype,
 * shape, data_offsets } }). The elements follow, little-endian and row-major, without gaps.
 *
 * @category Data
 */
export interface TensorFile {
  /** The tensors by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Texts by name, which are under `__metadata__` in the header. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The name under which the header holds texts. */
export const metadataKey = "__metadata__";

/** The element types by their names in the format; a bool takes one byte there. */
export const fileTypes: ReadonlyMap<string, StoredType> = new Map([
  ["F64", storedTypes.f64],
  ["F32", storedTypes.f32],
  ["F16", storedTypes.f16],
  ["BF16", storedTypes.bf16],
  ["I64", storedTypes.i64],
  ["I32", storedTypes.i32],
  ["I16", storedTypes.i16],
  ["I8", storedTypes.i8],
  ["U64", storedTypes.u64],
  ["U32", storedTypes.u32],
  ["U16", storedTypes.u16],
  ["U8", storedTypes.u8],
  ["BOOL", storedTypes.bool],
]);

/** Returns the error for a file that is not what it claims to be. */
export function damaged(where: string, must: string, got: string): DataError {
  return new DataError({ where, must, got, todo: "check the path, or copy the file again" });
}
