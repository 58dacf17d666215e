import type { Contestant } from "./contestant.ts";
import type { Options } from "./options.ts";

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/**
 * Seconds of one run of each contestant, interleaved A B A B …: medians of the rounds. Each is warmed
 * up first, until engines have compiled its hot code, and then runs so often in a round that it takes
 * about `least` seconds. Infinity for one whose single run takes more than `most`.
 */
export async function interleaved(
  contestants: readonly Contestant[],
  options: Pick<Options, "rounds" | "least" | "most" | "warm">,
): Promise<number[]> {
  const counts: number[] = [];
  for (const contestant of contestants) counts.push(await warmedUp(contestant, options));
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const count = counts[index] as number;
      const seconds = count === 0 ? Number.POSITIVE_INFINITY : await contestant.time(count);
      times[index]?.push(seconds / count);
    }
  }
  return times.map(median);
}

/** Runs that take about `least` seconds once it is warm; 0 where one is too slow. */
async function warmedUp(
  contestant: Contestant,
  { least, most, warm }: Pick<Options, "least" | "most" | "warm">,
): Promise<number> {
  let count = 1;
  let seconds = await contestant.time(1);
  if (seconds > most) return 0;
  for (let spent = seconds; spent < warm || seconds < least / 4; spent += seconds) {
    const wanted = (count * least) / Math.max(seconds, 1e-7);
    count = Math.max(1, Math.min(Math.ceil(wanted), 10 * count));
    seconds = await contestant.time(count);
  }
  return Math.max(1, Math.round((count * least) / seconds));
}
