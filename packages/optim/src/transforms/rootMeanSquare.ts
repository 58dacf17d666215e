import { add, div, mul, type Node, sqrt, square, sub, type Update } from "@metrigrad/graph";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/** Settings of the division by a running root mean square. */
export interface RootMeanSquareSettings {
  /** The decay α of the mean of squared gradients. */
  readonly alpha: number;
  /** The number ε that is added to the root. */
  readonly epsilon: number;
  /** Whether the square of the mean is subtracted, so that the variance is left. */
  readonly centered: boolean;
}

/**
 * Makes a transform that divides by a running root mean square: v ← αv + (1−α)u², u ← u/(√v + ε). If centred it
 * divides by √(v − m²) + ε, with m ← αm + (1−α)u (Hinton 2012, lecture 6e; Graves 2013, equations 38–45).
 */
export function rootMeanSquare(settings: RootMeanSquareSettings): Transform {
  const { alpha, epsilon, centered } = settings;
  return Object.freeze({
    name: "rootMeanSquare",
    settings: { alpha, epsilon, centered },
    transform: (step, { slot }) => {
      const updates: Update[] = [];
      const averaged = (kept: ReturnType<typeof slot>, value: Node): Node => {
        const next = add(mul(kept, alpha), mul(value, 1 - alpha));
        updates.push([kept, next]);
        return next;
      };
      const scaled = mapDirections(step, (u, variable) => {
        const squares = averaged(slot(variable, "squares"), square(u));
        const spread = centered
          ? sub(squares, square(averaged(slot(variable, "mean"), u)))
          : squares;
        return div(u, add(sqrt(spread), epsilon));
      });
      return { ...scaled, updates: [...step.updates, ...updates] };
    },
  } satisfies Transform);
}
