import { DataError, type DType, type Tensor, tensor } from "@metrigrad/tensor";
import { readElements } from "../stored/storedTypes.ts";
import type { TensorFile } from "./format.ts";
import { headerLength, readHeader } from "./header.ts";
import type { SafetensorsOptions } from "./readSafetensors.ts";

/**
 * Bytes that are read piece by piece, such as those of an open file.
 *
 * @category Data
 */
export interface ByteSource {
  /** Bytes of the whole. */
  readonly size: number;
  /**
   * Reads bytes; all of them must be there.
   *
   * @param at - The place of the first byte.
   * @param length - How many.
   * @returns The bytes.
   */
  read(at: number, length: number): Promise<Uint8Array>;
}

/**
 * A safetensors file whose tensors are read one by one.
 *
 * @category Data
 */
export interface OpenSafetensors {
  /** The texts of the file. */
  readonly metadata: TensorFile["metadata"];
  /** The tensors by name, in the order of the header: types as they are read, and shapes. */
  readonly entries: ReadonlyMap<
    string,
    { readonly dtype: DType; readonly shape: readonly number[] }
  >;
  /**
   * Reads one tensor. It rejects with a DataError for a name that the file does not have.
   *
   * @param name - The name in the file.
   * @returns The tensor.
   */
  read(name: string): Promise<Tensor>;
}

/**
 * Opens a safetensors file, so that each tensor is read when it is asked for.
 *
 * @param source - Where the bytes come from.
 * @param options - What the bytes are called in messages.
 * @returns The file; its header is read and checked.
 * @throws {@link DataError} if the header is damaged or the file is cut short, as {@link readSafetensors} does.
 * @category Data
 */
export async function openSafetensors(
  source: ByteSource,
  { name: title }: SafetensorsOptions = {},
): Promise<OpenSafetensors> {
  const where = title === undefined ? "openSafetensors" : `openSafetensors(${title})`;
  const first = await source.read(0, Math.min(8, source.size));
  const length = headerLength(where, first, source.size);
  const json = await source.read(8, length);
  const { entries, metadata } = readHeader(where, json, source.size - 8 - length);
  const known = new Map(entries.map((entry) => [entry.name, entry]));
  return {
    metadata,
    entries: new Map(
      entries.map(({ name, type, shape }) => [name, { dtype: type.dtype, shape }] as const),
    ),
    async read(name) {
      const { type, shape, begin, end } = known.get(name) ?? absent(where, name);
      const bytes = await source.read(8 + length + begin, end - begin);
      const data = readElements(`${where}, ${name}`, type, bytes, true);
      return tensor(data, { shape, dtype: type.dtype });
    },
  };
}

function absent(where: string, name: string): never {
  throw new DataError({
    where,
    must: "the file must have the tensor",
    got: `none of the name ${name}`,
    todo: "ask for one of its `entries`",
  });
}
