import type { NodeLike } from "../core/like.ts";
import type { Node } from "../core/node.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { expandDims } from "./expandDims.ts";
import { asIndices } from "./indices.ts";
import { iota } from "./iota.ts";

/**
 * Float [i…, depth] with 1 at position indices[i…] of the last axis and 0 elsewhere; an index out of
 * range gives zeros. Throws ShapeError for indices that are not i32.
 */
export function oneHot(indices: NodeLike, depth: number): Node {
  return cast(equal(expandDims(asIndices("oneHot", indices), -1), iota(depth)), "float");
}
