/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/**
 * Seconds of each contestant, interleaved A B A B …: medians of `rounds` rounds, after one that does
 * not count. Each is called often enough in a round to take about `least` seconds.
 */
export async function interleaved(
  contestants: readonly (() => unknown)[],
  { rounds = 7, least = 0.02 } = {},
): Promise<number[]> {
  const counts: number[] = [];
  for (const run of contestants) {
    const begun = performance.now();
    await run();
    const once = (performance.now() - begun) / 1000;
    counts.push(Math.max(1, Math.ceil(least / Math.max(once, 1e-7))));
  }
  const times = contestants.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, run] of contestants.entries()) {
      const begun = performance.now();
      for (let i = 0; i < (counts[index] as number); i++) await run();
      const seconds = (performance.now() - begun) / 1000 / (counts[index] as number);
      if (round > 0) times[index]?.push(seconds);
    }
  }
  return times.map(median);
}
