import type { Node } from "../core/node.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { expandDims } from "./expandDims.ts";
import { iota } from "./iota.ts";

/**
 * Makes the identity matrix.
 *
 * @param n - The number of rows and columns.
 * @returns The matrix, float, [n, n].
 * @throws {@link ShapeError} if n is not a non-negative integer.
 * @category Ops: linear algebra
 */
export function eye(n: number): Node {
  return cast(equal(expandDims(iota(n), 1), iota(n)), "float");
}
