import type { Tensor } from "@metrigrad/tensor";
import { namedTensors } from "../stored/namedTensors.ts";
import { writeElements } from "../stored/storedTypes.ts";
import type { TensorFile } from "./format.ts";
import { layOut } from "./layout.ts";

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
  const named = new Map(namedTensors("writeSafetensors", tensors));
  const entries = [...named].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const { header, order, bytes } = layOut("writeSafetensors", entries, metadata);
  const file = new Uint8Array(bytes);
  file.set(header);
  let at = header.length;
  for (const { name } of order) {
    const elements = tensorBytes(named.get(name) as Tensor);
    file.set(elements, at);
    at += elements.length;
  }
  return file;
}

/**
 * Returns the elements of a tensor as they lie in a safetensors file: little-endian and row-major.
 *
 * The bytes share the tensor's memory where the machine is little-endian and the elements are not f16: do not write into them.
 *
 * @param value - The tensor.
 * @returns The bytes.
 * @nothrow
 * @category Data
 */
export function tensorBytes(value: Tensor): Uint8Array {
  return writeElements(value.data(), value.dtype);
}
