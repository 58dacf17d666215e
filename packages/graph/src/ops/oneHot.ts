import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { expandDims } from "./expandDims.ts";
import { asIndices } from "./indices.ts";
import { iota } from "./iota.ts";

/**
 * Encodes indices as rows: 1 at the position of the index, and 0 elsewhere.
 *
 * An index out of range gives zeros.
 *
 * @param indices - The indices, i32, [i…].
 * @param depth - The size of the new last axis.
 * @returns The rows, float, [i…, depth].
 * @throws {@link ShapeError} if the indices are not i32, or if the depth is not a non-negative
 *   integer.
 * @category Ops: shapes
 */
export function oneHot(indices: NodeLike, depth: number): Node {
  return cast(equal(expandDims(asIndices("oneHot", indices), -1), iota(depth)), "float");
}
