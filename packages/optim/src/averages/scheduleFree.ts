import { add, div, mul, sub } from "@metrigrad/graph";
import type { Optimizer } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { averaging } from "./averaging.ts";

/** Settings of schedule-free averaging. */
export interface ScheduleFreeSettings {
  /** β of the points at which gradients are taken, (1−β)z + βx; 0.9 by default. */
  readonly beta?: number;
  /** r: iterates count by the r-th power of their number; 0 by default, which is the plain mean. */
  readonly power?: number;
}

/**
 * Schedule-free training: gradients are taken at y = (1−β)z + βx, an optimizer moves z by its step from y, and x is the mean of all z
 * so far, which is what is evaluated (Defazio et al. 2024, arXiv 2405.15682, algorithm 1). It stands for momentum and for a schedule: give it an
 * optimizer without either, such as `sgd()` or `adam({ beta1: 0 })`. The parameters on the store are x.
 * @param optimizer - Any optimizer that does not average itself; not `lbfgs` and `ssbroyden`, whose state belongs to their own points.
 * @param settings - `beta` and `power`.
 * @returns an optimizer
 * @throws GraphError for settings out of range, and for what is no optimizer or averages itself
 */
export function scheduleFree(optimizer: Optimizer, settings: ScheduleFreeSettings = {}): Optimizer {
  checkKnown("scheduleFree", settings, ["beta", "power"]);
  const { beta = 0.9, power = 0 } = settings;
  checkSettings("scheduleFree", { beta, power }, { beta: [0, 1], power: [0, Number.MAX_VALUE] });
  return averaging({
    ...{ name: "scheduleFree", optimizer, settings: { beta, power }, movesPoints: true },
    rule: ({ before, after, average: x, count, kept }) => {
      const z = add(kept("iterate"), sub(after, before));
      // Weights tʳ have about the sum t^(r+1)/(r + 1).
      const share = div(power + 1, add(count, power));
      const average = add(x, mul(share, sub(z, x)));
      return {
        average,
        next: add(mul(1 - beta, z), mul(beta, average)),
        kept: { iterate: z },
      };
    },
  });
}
