import { tensor } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparison.ts";
import { constant } from "./constant.ts";
import { reshape } from "./reshape.ts";

/** The identity matrix [n, n]. */
export function eye(n: number): Node {
  const index = constant(tensor(Int32Array.from({ length: n }, (_, i) => i)));
  return cast(equal(reshape(index, [n, 1]), index), "float");
}
