import { DataError, type Tensor } from "@metrigrad/tensor";
import { namedTensors } from "../stored/namedTensors.ts";
import { writeElements, writtenTypes } from "../stored/storedTypes.ts";
import { fileTypes, metadataKey, type TensorFile } from "./format.ts";

/**
 * Returns the bytes of a safetensors file.
 *
 * The elements are in the order of their size, largest first, so that each tensor is aligned. The header keeps the
 * given order.
 *
 * @param tensors - The tensors, as a Map or a record by name.
 * @param metadata - Texts by name to keep beside them; none by default.
 * @returns The file.
 * @throws {@link DataError} if a value is not a tensor, if metadata are not texts, or if a name is `__metadata__`.
 * @category Data
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  metadata: TensorFile["metadata"] = {},
): Uint8Array {
  const named = namedTensors("writeSafetensors", tensors);
  checkNames(named, metadata);
  const placed = place(named);
  const header = [
    ...(Object.keys(metadata).length === 0 ? [] : [`"${metadataKey}":${JSON.stringify(metadata)}`]),
    ...named.map(([name, { dtype, shape }]) => {
      const entry = { dtype: fileName(dtype), shape, data_offsets: placed.get(name) };
      return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
    }),
  ];
  const text = new TextEncoder().encode(`{${header.join(",")}}`);
  // Spaces bring the elements to a multiple of 8 bytes.
  const length = 8 * Math.ceil(text.length / 8);
  const end = [...placed.values()].reduce((most, [, end]) => Math.max(most, end), 0);
  const file = new Uint8Array(8 + length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(text, 8);
  for (const [name, value] of named) {
    file.set(writeElements(value.data()), 8 + length + (placed.get(name)?.[0] as number));
  }
  return file;
}

function place(named: readonly (readonly [string, Tensor])[]): Map<string, [number, number]> {
  const bytesOf = ({ dtype }: Tensor) => writtenTypes[dtype].bytes;
  const placed = new Map<string, [number, number]>();
  let end = 0;
  for (const [name, value] of named.toSorted(([, a], [, b]) => bytesOf(b) - bytesOf(a))) {
    const begin = end;
    end += value.size * bytesOf(value);
    placed.set(name, [begin, end]);
  }
  return placed;
}

function fileName(dtype: Tensor["dtype"]): string {
  return [...fileTypes].find(([, type]) => type === writtenTypes[dtype])?.[0] as string;
}

function checkNames(
  named: readonly (readonly [string, Tensor])[],
  metadata: TensorFile["metadata"],
): void {
  if (named.some(([name]) => name === metadataKey)) {
    throw new DataError({
      where: "writeSafetensors",
      must: `names must not be ${metadataKey}, which the format uses itself`,
      got: metadataKey,
      todo: "choose another name",
    });
  }
  for (const [name, text] of Object.entries(metadata)) {
    if (typeof text === "string") continue;
    throw new DataError({
      where: "writeSafetensors",
      must: `metadata must be texts by name, ${name} too`,
      got: `a ${typeof text}`,
      todo: "turn it into a text, for example by JSON.stringify",
    });
  }
}
