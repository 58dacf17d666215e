import { DataError, type DType, sizeOf } from "@metrigrad/tensor";
import { writtenTypes } from "../stored/storedTypes.ts";
import { fileTypes, metadataKey, type TensorFile } from "./format.ts";

/**
 * A tensor of a file before it is written: its name, type and shape.
 *
 * @category Data
 */
export interface TensorEntry {
  /** The name in the file. */
  readonly name: string;
  /** The element type. */
  readonly dtype: DType;
  /** The sizes of the axes. */
  readonly shape: readonly number[];
}

/**
 * The places of header and tensors in a safetensors file.
 *
 * @category Data
 */
export interface SafetensorsLayout {
  /** The beginning of the file: the length of the header and the header. */
  readonly header: Uint8Array;
  /** The tensors in the order of their elements, which follow the header without gaps. */
  readonly order: readonly TensorEntry[];
  /** The size of the whole file in bytes. */
  readonly bytes: number;
}

/**
 * Lays out a safetensors file that is written piece by piece, so that it need not be in memory.
 *
 * Write `header`, then {@link tensorBytes} of each tensor of `order`. Elements lie in the order of their size, largest
 * first, so that each tensor is aligned. The header keeps the order given.
 *
 * @param entries - Name, type and shape of each tensor.
 * @param metadata - Texts by name to keep beside them; none by default.
 * @returns The header, the order of the elements, and the size of the file.
 * @throws {@link DataError} if a name comes twice or is `__metadata__`, if a dtype or a shape is none, or if a text is no string.
 * @category Data
 */
export function safetensorsLayout(
  entries: readonly TensorEntry[],
  metadata: TensorFile["metadata"] = {},
): SafetensorsLayout {
  return layOut("safetensorsLayout", entries, metadata);
}

/** Returns the layout of a file; messages begin with `where`. Throws DataError. */
export function layOut(
  where: string,
  entries: readonly TensorEntry[],
  metadata: TensorFile["metadata"],
): SafetensorsLayout {
  checkNames(where, entries, metadata);
  for (const entry of entries) checkEntry(where, entry);
  const bytesOf = ({ dtype }: TensorEntry) => writtenTypes[dtype].bytes;
  const order = entries.toSorted((a, b) => bytesOf(b) - bytesOf(a));
  const placed = new Map<string, readonly [begin: number, end: number]>();
  let end = 0;
  for (const entry of order) {
    const begin = end;
    end += sizeOf(entry.shape) * bytesOf(entry);
    placed.set(entry.name, [begin, end]);
  }
  const parts = [
    ...(Object.keys(metadata).length === 0 ? [] : [`"${metadataKey}":${JSON.stringify(metadata)}`]),
    ...entries.map(({ name, dtype, shape }) => {
      const entry = { dtype: fileName(dtype), shape, data_offsets: placed.get(name) };
      return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
    }),
  ];
  const text = new TextEncoder().encode(`{${parts.join(",")}}`);
  // Spaces bring the elements to a multiple of 8 bytes.
  const length = 8 * Math.ceil(text.length / 8);
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return { header, order, bytes: header.length + end };
}

function checkEntry(where: string, { name, dtype, shape }: TensorEntry): void {
  const refuse = (must: string, got: unknown, todo: string) => {
    throw new DataError({ where, must, got: JSON.stringify(got) ?? String(got), todo });
  };
  if (!Object.hasOwn(writtenTypes, dtype)) {
    const known = Object.keys(writtenTypes).join(", ");
    refuse(`dtype of ${name} must be one of ${known}`, dtype, "pass the dtype of a tensor");
  }
  const isSize = (length: number) => Number.isInteger(length) && length >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    refuse(`shape of ${name} must be a list of sizes`, shape, "pass the shape of a tensor");
  }
}

function fileName(dtype: DType): string {
  return [...fileTypes].find(([, type]) => type === writtenTypes[dtype])?.[0] as string;
}

function checkNames(
  where: string,
  entries: readonly TensorEntry[],
  metadata: TensorFile["metadata"],
): void {
  const names = new Set<string>();
  for (const { name } of entries) {
    if (name !== metadataKey && !names.has(name)) {
      names.add(name);
      continue;
    }
    throw new DataError({
      where,
      must:
        name === metadataKey
          ? `names must not be ${metadataKey}, which the format uses itself`
          : "each name must come once",
      got: name === metadataKey ? metadataKey : `${name} twice`,
      todo: "choose another name",
    });
  }
  for (const [name, text] of Object.entries(metadata)) {
    if (typeof text === "string") continue;
    throw new DataError({
      where,
      must: `metadata must be texts by name, ${name} too`,
      got: `a ${typeof text}`,
      todo: "turn it into a text, for example by JSON.stringify",
    });
  }
}
