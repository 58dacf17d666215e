import { add, div, minimum, mul, sub } from "@metrigrad/graph";
import type { Optimizer } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { averaging } from "./averaging.ts";

/**
 * Settings of {@link ema}.
 *
 * @category Optimizers: combining
 */
export interface EmaSettings {
  /** The decay β of x ← βx + (1−β)θ, in [0, 1); 0.999 by default. */
  readonly decay?: number;
}

/**
 * Makes an optimizer that trains as another one does, and evaluates an exponential moving average x of its points.
 *
 * After step t x ← βx + (1−β)θ with β = min(decay, t/(9 + t)), so that early points do not stay in the average
 * (Polyak and Juditsky 1992; Tarvainen and Valpola 2017, arXiv 1703.01780). The parameters on the store are the
 * average: `evaluate`, `predict` and saved values use x. The points of the steps are the optimizer's state.
 *
 * @param optimizer - An optimizer that does not average itself.
 * @param settings - The decay.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range, or if the first argument is not an optimizer or
 *   averages itself.
 * @category Optimizers: combining
 */
export function ema(optimizer: Optimizer, settings: EmaSettings = {}): Optimizer {
  checkKnown("ema", settings, ["decay"]);
  const { decay = 0.999 } = settings;
  checkSettings("ema", { decay }, { decay: [0, 1 - Number.EPSILON] });
  return averaging({
    ...{ name: "ema", optimizer, settings: { decay } },
    rule: ({ after, average, count }) => {
      const beta = minimum(decay, div(count, add(count, 9)));
      return { average: add(mul(beta, average), mul(sub(1, beta), after)) };
    },
  });
}
