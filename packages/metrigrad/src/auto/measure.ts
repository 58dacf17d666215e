import type { Backend } from "@metrigrad/tensor";

/**
 * A measurement for {@link auto}: it returns the seconds that one run takes on a backend.
 *
 * It makes what it needs on the backend, and frees it. It may stop early and return the sum so far as soon as that is more than `enough`
 * seconds.
 *
 * @category Backends
 */
export type Measure = (backend: Backend, enough: number) => Promise<number>;

/** Seconds that a measurement should take at most where single runs are shorter. */
const patience = 0.25;

/**
 * Seconds of one of many runs. `time` tells how long so many take in a row once all is compiled; what
 * is quicker than a quarter of a second is repeated, at most `most` times, and the better of two counts.
 */
export async function steady(
  time: (runs: number) => Promise<number>,
  most: number,
): Promise<number> {
  const once = await time(1);
  const runs = Math.min(most, Math.floor(patience / once));
  if (runs <= 1) return once;
  return Math.min(await time(runs), await time(runs)) / runs;
}
