import type { Phase } from "@metrigrad/optim";

/** The phases due at a step (counted from 0), in order, as positions in the list. */
export function duePhases(phases: readonly Phase[], step: number): number[] {
  return phases.flatMap(({ every, from = 0 }, index) =>
    step >= from && step % every === 0 ? [index] : [],
  );
}

/** Every set of phases that is due at some step in first … end − 1, by the name of the set. */
export function dueSets(
  phases: readonly Phase[],
  first: number,
  end: number,
): Map<string, readonly number[]> {
  const sets = new Map<string, readonly number[]>();
  for (let step = first; step < end; step++) {
    const due = duePhases(phases, step);
    sets.set(dueName(due), due);
  }
  return sets;
}

/** One text per set of phases. */
export function dueName(due: readonly number[]): string {
  return due.join();
}
