import { DataError, isTensor, namedLeaves, sizeOf, type Tensor } from "@metrigrad/tensor";
import { type AnyDataSet, splitsOf } from "./dataSet.ts";
import { type AnySplit, leafName } from "./split.ts";

/**
 * Checks that inputs and targets hold no NaN and no infinity.
 *
 * @param data - The data set.
 * @throws DataError, which names the split, the leaf, the row, and the column within the row, of the first
 *   value that is not finite.
 */
export function checkFinite(data: AnyDataSet): void {
  for (const [name, split] of splitsOf(data)) {
    checkFiniteSplit(`checkFinite(${data.name})`, name, split);
  }
}

/** Checks one split. Throws DataError. */
export function checkFiniteSplit(where: string, name: string, split: AnySplit): void {
  const parts = split.targetsAre === "inputs" ? ["inputs"] : ["inputs", "targets"];
  for (const part of parts as ("inputs" | "targets")[]) {
    for (const [path, leaf] of namedLeaves(split[part], isTensor)) {
      checkTensor(where, leafName(`${name} ${part}`, path), leaf);
    }
  }
}

function checkTensor(where: string, part: string, values: Tensor): void {
  if (values.dtype !== "f32" && values.dtype !== "f64") return;
  const elements = values.data();
  const at = elements.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const width = sizeOf(values.shape.slice(1));
  throw new DataError({
    where,
    must: `${part} must be finite`,
    got: `${elements[at]} in row ${Math.floor(at / width)}, column ${at % width}`,
    todo: "drop that row, or fill in a value",
  });
}
