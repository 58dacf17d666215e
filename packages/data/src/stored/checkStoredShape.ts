import { DataError } from "@metrigrad/tensor";

/** The largest number of axes that a file may have; NumPy 1 has the same limit. */
const largestRank = 32;

/** The largest number of elements of an array: rows and elements are counted by i32. */
const largestSize = 2 ** 31 - 1;

/**
 * Checks the shape in a file before anything is made from it, and returns its number of elements.
 *
 * An array without elements may not have huge other axes either. Throws DataError if the shape is not a list of
 * sizes, has more than 32 axes or more than 2³¹−1 elements.
 */
export function checkStoredShape(where: string, shape: unknown): number {
  const refused = (must: string, got: string) =>
    new DataError({ where, must, got, todo: "check that the file is what it claims to be" });
  if (!Array.isArray(shape))
    throw refused("the shape must be a list of sizes", `a ${typeof shape}`);
  if (shape.length > largestRank) {
    throw refused(`an array must have ${largestRank} axes at most`, String(shape.length));
  }
  let [size, extent] = [1, 1];
  for (const n of shape as unknown[]) {
    if (!(typeof n === "number" && Number.isInteger(n) && n >= 0)) {
      throw refused("sizes must be non-negative integers", JSON.stringify(shape));
    }
    size *= n;
    extent *= Math.max(1, n);
  }
  if (!(extent <= largestSize)) {
    throw refused("an array must have 2³¹−1 elements at most", `shape [${shape.join(", ")}]`);
  }
  return size;
}
