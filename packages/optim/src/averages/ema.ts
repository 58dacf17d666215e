import { add, div, minimum, mul, sub } from "@metrigrad/graph";
import type { Optimizer } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { averaging } from "./averaging.ts";

/** Settings of an exponential moving average. */
export interface EmaSettings {
  /** β of x ← βx + (1−β)θ; 0.999 by default. */
  readonly decay?: number;
}

/**
 * Trains as an optimizer does, and evaluates an exponential moving average of its points: x ← βx + (1−β)θ with β = min(decay, t/(9 + t))
 * after t steps, so that early points do not stay in it (Polyak and Juditsky 1992; Tarvainen and Valpola 2017, arXiv
 * 1703.01780). The parameters on the store are the average: `evaluate`, `predict` and saved values are those of x. The points of the steps are
 * the optimizer's state.
 * @param optimizer - Any optimizer that does not average itself.
 * @param settings - `decay`.
 * @returns an optimizer
 * @throws GraphError for settings out of range, and for what is no optimizer or averages itself
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
