import { add, div, mul, sub } from "@metrigrad/graph";
import type { Optimizer } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { averaging } from "./averaging.ts";

/** Settings of a polynomial average. */
export interface PolynomialAverageSettings {
  /** η: the points of about the last 1/(η + 1) of the steps count; 0 is the mean of all of them. 8 by default. */
  readonly power?: number;
}

/**
 * Trains as an optimizer does, and evaluates an average of its points in which later ones count more, by a power η of their number:
 * x ← x + (η+1)/(t+η) (θ − x) after t steps (Shamir and Zhang 2013, arXiv 1212.1824, section 3). Its window grows with the run, so it
 * needs no decay that fits the run's length. The parameters on the store are the average, as with `ema`.
 * @param optimizer - Any optimizer that does not average itself.
 * @param settings - `power`.
 * @returns an optimizer
 * @throws GraphError for settings out of range, and for what is no optimizer or averages itself
 */
export function polynomialAverage(
  optimizer: Optimizer,
  settings: PolynomialAverageSettings = {},
): Optimizer {
  const { power } = powerOf("polynomialAverage", settings);
  return averaging({
    ...{ name: "polynomialAverage", optimizer, settings: { power } },
    rule: ({ after, average, count }) => {
      const share = div(power + 1, add(count, power));
      return { average: add(average, mul(share, sub(after, average))) };
    },
  });
}

/** Settings with nothing left open. Throws GraphError. */
export function powerOf(
  where: string,
  settings: PolynomialAverageSettings,
): Required<PolynomialAverageSettings> {
  checkKnown(where, settings, ["power"]);
  const { power = 8 } = settings;
  checkSettings(where, { power }, { power: [0, Number.MAX_VALUE] });
  return { power };
}
