import { add, div, sqrt, square, type Update } from "@metrigrad/graph";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * Makes a transform that divides by the root of all squares so far: s ← s + u², u ← u/(√s + ε) (Duchi, Hazan and
 * Singer 2011, figure 1, with its diagonal matrix).
 */
export function sumOfSquares(epsilon: number): Transform {
  return Object.freeze({
    name: "sumOfSquares",
    settings: { epsilon },
    transform: (step, { slot }) => {
      const updates: Update[] = [];
      const scaled = mapDirections(step, (u, variable) => {
        const kept = slot(variable, "squares");
        const next = add(kept, square(u));
        updates.push([kept, next]);
        return div(u, add(sqrt(next), epsilon));
      });
      return { ...scaled, updates: [...step.updates, ...updates] };
    },
  } satisfies Transform);
}
