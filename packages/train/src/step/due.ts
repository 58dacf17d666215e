import type { Phase } from "@metrigrad/optim";

/** Returns the phases that are due at a step (counted from 0), as indices into the list. */
export function duePhases(phases: readonly Phase[], step: number): number[] {
  return phases.flatMap(({ every, offset = 0, from = 0 }, index) =>
    step >= from && step % every === offset % every ? [index] : [],
  );
}

/** Returns a name for a set of phases. */
export function dueName(due: readonly number[]): string {
  return due.join();
}
