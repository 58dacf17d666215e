import { DataError, isTensor, type Tensor } from "@metrigrad/tensor";

/** Returns pairs of a name and a tensor from a Map or a record. Throws DataError if a value is not a tensor. */
export function namedTensors(
  where: string,
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
): (readonly [name: string, value: Tensor])[] {
  const entries = tensors instanceof Map ? [...tensors] : Object.entries(tensors ?? {});
  for (const [name, value] of entries) {
    if (isTensor(value)) continue;
    throw new DataError({
      where,
      must: `${name} must be a tensor`,
      got: `a ${typeof value}`,
      todo: "make one by tensor(…)",
    });
  }
  return entries;
}
