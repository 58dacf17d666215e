import type { Support } from "./law.ts";

/**
 * The names of common supports: all numbers, numbers above 0, numbers between 0 and 1, and the counts 0, 1, 2, ….
 *
 * @category Laws: own laws
 */
export type SupportName = "real" | "positive" | "unit" | "counts";

/** Common supports by name: all numbers, those above 0, those between 0 and 1, and 0, 1, 2, …. */
export const supports: Readonly<Record<SupportName, Support>> = Object.freeze({
  real: support("finite numbers", Number.isFinite),
  positive: support("finite numbers above 0", (value) => value > 0 && Number.isFinite(value)),
  unit: support("numbers between 0 and 1", (value) => value > 0 && value < 1),
  counts: support("integers from 0", (value) => Number.isInteger(value) && value >= 0),
});

/** The labels 0 … m − 1. */
export const labels: Support = Object.freeze({
  text: (m: number) => `integers from 0 to ${m - 1}`,
  has: (value: number, m: number) => Number.isInteger(value) && value >= 0 && value < m,
});

/** Returns the support of 0, 1, … up to `high`. */
export function wholeTo(high: number): Support {
  const has = (value: number) => Number.isInteger(value) && value >= 0 && value <= high;
  return support(`integers from 0 to ${high}`, has);
}

/** Angles of one turn in radians. */
export const angles: Support = support(
  "angles from −π to π",
  (value) => Math.abs(value) <= Math.PI + 1e-6,
);

/** Shares that add up to 1. */
export const shares: Support = Object.freeze({
  ...support("shares between 0 and 1", (value) => value > 0 && value < 1),
  joint: true,
  total: 1,
});

/** Shares that add up to 1, where some may be 0. */
export const softLabels: Support = Object.freeze({ ...between(0, 1), joint: true, total: 1 });

/** Returns the support of counts of so many draws. */
export function countsOf(draws: number): Support {
  return Object.freeze({ ...wholeTo(draws), joint: true, total: draws });
}

/** Returns the support of numbers from `low` to `high`, both included. */
export function between(low: number, high: number): Support {
  return support(`numbers from ${low} to ${high}`, (value) => value >= low && value <= high);
}

/** Returns the support of the given numbers. */
export function oneOf(values: ReadonlySet<number>): Support {
  return support([...values].sort((a, b) => a - b).join(", "), (value) => values.has(value));
}

/** Returns a support that does not depend on the width of h. */
function support(text: string, has: (value: number) => boolean): Support {
  return Object.freeze({ text: () => text, has });
}
