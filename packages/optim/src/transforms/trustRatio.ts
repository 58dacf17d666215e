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
 * u ← u ‖θ‖/‖u‖ for every parameter, so that each moves by a share of its own length; u stays as it is where one of the two is 0
 * (You et al. 2020, arXiv 1904.00962, section 3.1 with φ the identity).
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

function normOf(value: Node): Node {
  return sqrt(sum(square(value)));
}
