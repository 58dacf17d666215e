import { checkNames, DataError, type DType, type Tensor, tensor } from "@metrigrad/tensor";
import { readElements } from "../stored/storedTypes.ts";
import type { TensorFile } from "./format.ts";
import { headerLength, readHeader } from "./header.ts";
import type { SafetensorsOptions } from "./readSafetensors.ts";

/**
 * A source of bytes that are read piece by piece, such as an open file.
 *
 * @category Data
 */
export interface ByteSource {
  /** The number of bytes of the whole source. */
  readonly size: number;
  /**
   * Reads bytes. It must return all of them, or reject.
   *
   * @param at - The place of the first byte, from 0.
   * @param length - The number of bytes.
   * @returns A promise of the bytes, [length].
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
  /**
   * The tensors by name, in the order of the header: their shapes, and the element types that they have after
   * reading.
   */
  readonly entries: ReadonlyMap<
    string,
    { readonly dtype: DType; readonly shape: readonly number[] }
  >;
  /**
   * Reads one tensor. It rejects with a {@link DataError} if the file does not have the name, or if a 64-bit integer
   * does not fit into i32.
   *
   * @param name - The name in the file.
   * @returns A promise of the tensor.
   */
  read(name: string): Promise<Tensor>;
}

/**
 * Opens a safetensors file, so that each tensor is read when you ask for it.
 *
 * @param source - The source of the bytes.
 * @param options - The name of the bytes in messages.
 * @returns A promise of the file. Its header is read and checked.
 * @throws {@link DataError} if an option is unknown, if the header is damaged or if the file is cut short, as
 *   {@link readSafetensors} does.
 * @category Data
 */
export async function openSafetensors(
  source: ByteSource,
  options: SafetensorsOptions = {},
): Promise<OpenSafetensors> {
  checkNames("openSafetensors", options, ["name"], DataError);
  const { name: title } = options;
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
