import type { OpCase } from "../case.ts";
import { filled, spread } from "./values.ts";

const x234 = spread([2, 3, 4]);

/** Returns the elements that a reduction over the first and last axis combines at position j. */
function slab(j: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < 2; i++) for (let k = 0; k < 4; k++) found.push(x234.get(i, j, k));
  return found;
}

/** Reduces over the first and last axis: applies `f` to each list that is combined. */
export function slabs(f: (list: number[]) => number): OpCase {
  return {
    name: "first and last axis",
    inputs: [x234],
    value: filled([3], ([j = 0]) => f(slab(j))),
  };
}

/** Sums a list. */
export const total = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

/** The axes of `slabs`. */
export const outer = { axis: [0, -1] };

/** A small matrix with a tie. */
export const rows = [
  [1, 5, 2],
  [7, 7, 3],
];
