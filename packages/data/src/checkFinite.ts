import {
  DataError,
  type DType,
  isTensor,
  namedLeaves,
  sizeOf,
  type Tensor,
} from "@metrigrad/tensor";
import { type AnyDataSet, splitsOf } from "./dataSet.ts";
import { type AnySplit, leafName } from "./split.ts";

/**
 * Checks that the inputs and targets of a data set hold no NaN and no infinity.
 *
 * A target `value` may be anything if the `mask` or `weight` beside it is 0, as in the laws `masked` and `weighted`.
 *
 * @param data - The data set.
 * @throws {@link DataError} if a value is not finite. The error names the split, the leaf, the row, and the column
 *   within the row of the first one.
 * @category Data
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
    const leaves = namedLeaves(split[part], isTensor);
    const uncounted = part === "targets" ? uncountedIn(leaves) : () => () => false;
    for (const [path, leaf] of leaves) {
      checkTensor(where, leafName(`${name} ${part}`, path), leaf, uncounted(path, leaf));
    }
  }
}

/**
 * Returns which elements of a leaf do not count: those of a `value` where a `mask` or `weight` beside it, or beside a
 * record around it, is 0.
 */
function uncountedIn(leaves: readonly (readonly [path: string, leaf: Tensor])[]) {
  const byPath = new Map(leaves);
  return (path: string, leaf: Tensor): ((element: number) => boolean) => {
    const parts = path.split("/");
    const counts = parts.flatMap((part, at) => {
      if (part !== "value") return [];
      const beside = (name: string) => byPath.get([...parts.slice(0, at), name].join("/")) ?? [];
      return [beside("mask"), beside("weight")].flat();
    });
    const each = counts.map((count) => ({ values: count.data(), width: leaf.size / count.size }));
    return (element) => each.some(({ values, width }) => values[Math.floor(element / width)] === 0);
  };
}

/** The types that have infinities and NaN. */
const floats: ReadonlySet<DType> = new Set(["f16", "f32", "f64"]);

function checkTensor(
  where: string,
  part: string,
  values: Tensor,
  uncounted: (element: number) => boolean,
): void {
  if (!floats.has(values.dtype)) return;
  const elements = values.data();
  let at = 0;
  while (at < elements.length && (Number.isFinite(elements[at]) || uncounted(at))) at++;
  if (at === elements.length) return;
  const width = sizeOf(values.shape.slice(1));
  throw new DataError({
    where,
    must: `${part} must be finite`,
    got: `${elements[at]} in row ${Math.floor(at / width)}, column ${at % width}`,
    todo: "drop that row, or fill in a value",
  });
}
