import { add, div, mul, sub } from "@metrigrad/graph";
import type { Optimizer } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { averaging } from "./averaging.ts";

/**
 * Settings of {@link scheduleFree}.
 *
 * @category Optimizers: combining
 */
export interface ScheduleFreeSettings {
  /** The share β of the average in the points (1−β)z + βx at which gradients are taken, in [0, 1]; 0.9 by default. */
  readonly beta?: number;
  /**
   * The power r ≥ 0: a point counts in the average by the r-th power of its number. 0 by default, which is the plain
   * mean.
   */
  readonly power?: number;
}

/**
 * Makes an optimizer that needs no schedule, around another optimizer (Defazio et al. 2024, arXiv 2405.15682,
 * algorithm 1).
 *
 * Gradients are taken at y = (1−β)z + βx. The other optimizer moves z by its step from y. x is the mean of all z so
 * far, and is evaluated: the parameters on the store are x. The method takes the place of momentum and of a schedule.
 * So give it an optimizer without either, such as `sgd()` or `adam({ beta1: 0 })`.
 *
 * @param optimizer - An optimizer that does not average itself. It cannot be `lbfgs` or `ssbroyden`, whose state
 *   belongs to their own points.
 * @param settings - How points and averages are weighted.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range, or if the first argument is not an optimizer,
 *   averages itself, or is a quasi-Newton method.
 * @category Optimizers: combining
 */
export function scheduleFree(optimizer: Optimizer, settings: ScheduleFreeSettings = {}): Optimizer {
  checkKnown("scheduleFree", settings, ["beta", "power"]);
  const { beta = 0.9, power = 0 } = settings;
  checkSettings("scheduleFree", { beta, power }, { beta: [0, 1], power: [0, Number.MAX_VALUE] });
  return averaging({
    ...{ name: "scheduleFree", optimizer, settings: { beta, power }, movesPoints: true },
    rule: ({ before, after, average: x, count, kept }) => {
      const z = add(kept("iterate"), sub(after, before));
      // The sum of the weights tʳ is about t^(r+1)/(r + 1).
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
