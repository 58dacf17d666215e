import { add, mul, sign, type Update } from "@metrigrad/graph";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * Makes a transform with the sign of a mean: u ← sign(β₁m + (1−β₁)u), then m ← β₂m + (1−β₂)u (Chen et al. 2023,
 * algorithm 2).
 */
export function signedMomentum(beta1: number, beta2: number): Transform {
  return Object.freeze({
    name: "signedMomentum",
    settings: { beta1, beta2 },
    transform: (step, { slot }) => {
      const updates: Update[] = [];
      const signed = mapDirections(step, (u, variable) => {
        const kept = slot(variable, "mean");
        updates.push([kept, add(mul(kept, beta2), mul(u, 1 - beta2))]);
        return sign(add(mul(kept, beta1), mul(u, 1 - beta1)));
      });
      return { ...signed, updates: [...step.updates, ...updates] };
    },
  } satisfies Transform);
}
