import { DataError, sizeOf, type Tensor } from "@metrigrad/tensor";
import { type DataSet, splitsOf } from "./dataSet.ts";

/**
 * Checks that inputs and targets hold no NaN and no infinity. Throws DataError, which names the
 * split, the row, and the column within the row, of the first value that is not finite.
 */
export function checkFinite(data: DataSet): void {
  for (const [name, { inputs, targets }] of splitsOf(data)) {
    checkTensor(data.name, `${name} inputs`, inputs);
    checkTensor(data.name, `${name} targets`, targets);
  }
}

function checkTensor(set: string, part: string, values: Tensor): void {
  if (values.dtype !== "f32" && values.dtype !== "f64") return;
  const elements = values.data();
  const at = elements.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const width = sizeOf(values.shape.slice(1));
  throw new DataError({
    where: `checkFinite(${set})`,
    must: `${part} must be finite`,
    got: `${elements[at]} in row ${Math.floor(at / width)}, column ${at % width}`,
    todo: "drop that row, or fill in a value",
  });
}
