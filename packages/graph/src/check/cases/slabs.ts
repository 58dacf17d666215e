import type { OpCase } from "../case.ts";
import { filled, spread } from "./values.ts";

const x234 = spread([2, 3, 4]);

/** The elements that a reduction over the first and last axis takes to position j. */
function slab(j: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < 2; i++) for (let k = 0; k < 4; k++) found.push(x234.get(i, j, k));
  return found;
}

/** A reduction over the first and last axis: `f` on every list that it takes together. */
export function slabs(f: (list: number[]) => number): OpCase {
  return {
    name: "first and last axis",
    inputs: [x234],
    value: filled([3], ([j = 0]) => f(slab(j))),
  };
}

/** Σ of a list. */
export const total = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

/** The axes of `slabs`. */
export const outer = { axis: [0, -1] };

/** A small matrix with a tie. */
export const rows = [
  [1, 5, 2],
  [7, 7, 3],
];
