import type { Phase } from "@metrigrad/optim";

/** The phases due at a step (counted from 0), in order, as positions in the list. */
export function duePhases(phases: readonly Phase[], step: number): number[] {
  return phases.flatMap(({ every, offset = 0, from = 0 }, index) =>
    step >= from && step % every === offset % every ? [index] : [],
  );
}

/** One text per set of phases. */
export function dueName(due: readonly number[]): string {
  return due.join();
}
