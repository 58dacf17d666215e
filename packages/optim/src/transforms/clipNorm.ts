import { div, maximum, minimum, mul, type Node, sqrt, square, sum } from "@metrigrad/graph";
import { total } from "../core/inner.ts";
import { checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/** What stands for a norm of 0, so that nothing is divided by it. */
const least = 1e-30;

/**
 * u ← u · min(1, c/‖u‖) with the norm over all parameters (Pascanu et al. 2013): put it first in a chain
 * to clip the gradient, last to clip the step.
 * @param bound c, the largest norm
 * @returns a transform
 * @throws GraphError for a bound that is not positive
 */
export function clipNorm(bound: number): Transform {
  checkSettings("clipNorm", { bound }, { bound: [Number.MIN_VALUE, Number.MAX_VALUE] });
  return Object.freeze({
    name: "clipNorm",
    settings: { bound },
    transform: (step) => {
      const squares = step.directions.map(([, u]): Node => sum(square(u)));
      const norm = sqrt(total(squares));
      const factor = minimum(div(bound, maximum(norm, least)), 1);
      const quantity = { name: "norm", value: () => norm, costly: false };
      const { quantities, blocks } = step.report;
      const clipped = mapDirections(step, (u) => mul(factor, u));
      return { ...clipped, report: { blocks, quantities: [...quantities, quantity] } };
    },
  } satisfies Transform);
}
