import type { Node } from "../core/node.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { expandDims } from "./expandDims.ts";
import { iota } from "./iota.ts";

/** The identity matrix [n, n]. Throws ShapeError for a size that is no count. */
export function eye(n: number): Node {
  return cast(equal(expandDims(iota(n), 1), iota(n)), "float");
}
