import { add, maximum, mean, minimum, mul, rsqrt, sqrt, square } from "@metrigrad/graph";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * Makes a transform with steps relative to a parameter: u ← max(ε₂, RMS(θ)) min(γ, 1/√t) u, with ε₂ as `least`
 * (Shazeer and Stern 2018, section 8).
 */
export function relativeScale(learningRate: number, least: number): Transform {
  return Object.freeze({
    name: "relativeScale",
    settings: { learningRate, least },
    transform: (step, context) => {
      const share = minimum(learningRate, rsqrt(add(context.step, 1)));
      return mapDirections(step, (u, variable) => {
        const size = maximum(least, sqrt(mean(square(variable))));
        return mul(mul(share, size), u);
      });
    },
  } satisfies Transform);
}
