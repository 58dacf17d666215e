import {
  div,
  greater,
  logicalAnd,
  mul,
  type Node,
  sqrt,
  square,
  sum,
  where,
} from "@metrigrad/graph";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * Makes a transform by which each parameter moves by a share of its own length: u ← u ‖θ‖/‖u‖. If one of the two
 * lengths is 0, u stays as it is (You et al. 2020, arXiv 1904.00962, section 3.1 with φ the identity).
 */
export function trustRatio(): Transform {
  return Object.freeze({
    name: "trustRatio",
    settings: {},
    transform: (step) =>
      mapDirections(step, (u, variable) => {
        const [length, of] = [normOf(variable), normOf(u)];
        const both = logicalAnd(greater(length, 0), greater(of, 0));
        return mul(where(both, div(length, of), 1), u);
      }),
  } satisfies Transform);
}

/** The Euclidean norm, a scalar. */
function normOf(value: Node): Node {
  return sqrt(sum(square(value)));
}
