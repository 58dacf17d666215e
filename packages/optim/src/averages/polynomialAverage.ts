import { add, div, mul, sub } from "@metrigrad/graph";
import type { Optimizer } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { averaging } from "./averaging.ts";

/**
 * Settings of {@link polynomialAverage}.
 *
 * @category Optimizers: combining
 */
export interface PolynomialAverageSettings {
  /** The power η ≥ 0: about the last 1/(η + 1) of the steps count. 8 by default; 0 gives the mean of all points. */
  readonly power?: number;
}

/**
 * Makes an optimizer that trains as another one does, and evaluates an average of its points in which later ones
 * count more.
 *
 * After step t x ← x + (η+1)/(t+η) (θ − x), so a point counts by about the η-th power of its number (Shamir and Zhang
 * 2013, arXiv 1212.1824, section 3). The window grows with the run, so it fits runs of any length. The parameters on
 * the store are the average, as with {@link ema}.
 *
 * {@includeCode ../../../../examples/api/optim/polynomialAverage.ts#example}
 *
 * @param optimizer - An optimizer that does not average itself.
 * @param settings - The power.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range, or if the first argument is not an optimizer or
 *   averages itself.
 * @category Optimizers: combining
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

/** Returns the settings with their defaults, checked. Throws GraphError. */
export function powerOf(
  where: string,
  settings: PolynomialAverageSettings,
): Required<PolynomialAverageSettings> {
  checkKnown(where, settings, ["power"]);
  const { power = 8 } = settings;
  checkSettings(where, { power }, { power: [0, Number.MAX_VALUE] });
  return { power };
}
