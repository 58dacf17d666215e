import type { Phase } from "@metrigrad/optim";
import { dueName, duePhases } from "../../step/due.ts";

/** The steps in which the same phases are due. */
export interface DueSet {
  /** The phases, as indices into the list. */
  readonly due: readonly number[];
  /** The number of such a step, from 0. */
  readonly step: number;
  /** The share of all steps, in (0, 1]. The shares add up to 1. */
  readonly share: number;
}

/** The most steps over which shares are counted. */
const longest = 10_000;

/** Returns the sets of phases that are due together, with their shares of the steps of a long run. */
export function dueSets(phases: readonly Phase[]): readonly DueSet[] {
  const first = Math.max(0, ...phases.map(({ from = 0 }) => from));
  const period = phases.reduce((all, { every }) => Math.min(longest, lcm(all, every)), 1);
  const found = new Map<string, { due: readonly number[]; step: number; count: number }>();
  for (let step = first; step < first + period; step++) {
    const due = duePhases(phases, step);
    const name = dueName(due);
    const known = found.get(name) ?? { due, step, count: 0 };
    found.set(name, { ...known, count: known.count + 1 });
  }
  return [...found.values()].map(({ due, step, count }) => ({ due, step, share: count / period }));
}

function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
