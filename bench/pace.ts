import type { Contestant } from "./contestant.ts";
import type { Kit, Solvers } from "./kit.ts";

/** A library whose times are watched, so that larger problems of one kind can be foreseen. */
export interface Paced<K extends Kit> {
  readonly kit: K;
  /** Seconds that a run of so much work will take at the pace of its last problem; 0 before the first. */
  expect(work: number): number;
  /** Tells how much work its next problem is. */
  begin(work: number): void;
}

/** Watches the times of a library. */
export function paced<K extends Kit>(kit: K): Paced<K> {
  let work = 0;
  let pace = 0;
  const note = (seconds: number) => {
    pace = seconds / work;
  };
  const watched = ({ result, time, close }: Contestant): Contestant => ({
    close,
    result: async () => {
      const begun = performance.now();
      const answer = await result();
      note((performance.now() - begun) / 1000);
      return answer;
    },
    time: async (count) => {
      const seconds = await time(count);
      note(seconds / count);
      return seconds;
    },
  });
  const solvers = Object.entries(kit.solvers).map(([kind, solve]) => {
    const posed = async (problem: never) => watched(await solve(problem));
    return [kind, posed] as const;
  });
  return {
    kit: { ...kit, solvers: Object.fromEntries(solvers) as Solvers },
    expect: (next) => pace * next,
    begin: (next) => {
      work = next;
    },
  };
}
