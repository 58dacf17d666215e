import { div, maximum, minimum, mul, type Node, sqrt, square, sum } from "@metrigrad/graph";
import { total } from "../core/inner.ts";
import { checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/** The least norm that is divided by, in place of 0. */
const least = 1e-30;

/**
 * Makes a link of a {@link chain} that shortens long steps: u ← u · min(1, c/‖u‖), with the norm over all parameters
 * (Pascanu et al. 2013).
 *
 * Put it first to clip the gradient, or last to clip the step. It reports the `norm` before clipping.
 *
 * {@includeCode ../../../../examples/api/optim/clipNorm.ts#example}
 *
 * @param bound - The largest norm c > 0.
 * @returns The transform.
 * @throws {@link GraphError} if the bound is not a finite number above 0.
 * @category Optimizers: combining
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
