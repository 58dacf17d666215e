import { type Shape, sizeOf } from "@metrigrad/tensor";
import type { Selection } from "./selection.ts";

/** How parts of a value lie: which parts are apart from each other, and what no part covers. */
export interface Cover {
  /**
   * For each part, whether it may be written in any order. No two of these parts overlap. All other
   * parts are added to what is there.
   */
  readonly first: readonly boolean[];
  /** For each part, whether it may be written in any order and no other part overlaps it. */
  readonly alone: readonly boolean[];
  /**
   * Boxes that cover what the parts in `first` leave free; null if there are many, or if the free
   * places are not made of boxes.
   */
  readonly rest: readonly Selection[] | null;
}

/** Finds how parts of a value of this shape lie. */
export function coverOf(shape: Shape, selections: readonly Selection[]): Cover {
  const parts = selections.map(ascending);
  const first = parts.map(() => false);
  const alone = parts.map(() => false);
  const solid = parts.map(isSolid);
  const anySolid = solid.includes(true);
  const axis = sweepAxis(shape, parts);
  const begin = (index: number) => parts[index]?.begin[axis] ?? 0;
  const order = [...parts.keys()]
    .filter((index) => sizeOf((parts[index] as Selection).shape) > 0)
    .sort((a, b) => begin(a) - begin(b) || a - b);
  let open: number[] = [];
  for (const index of order) {
    const part = parts[index] as Selection;
    open = open.filter((other) => endOf(parts[other] as Selection, axis) > begin(index));
    const met = open.filter((other) => meet(parts[other] as Selection, part));
    const may = solid[index] || !anySolid;
    first[index] = may && !met.some((other) => first[other]);
    alone[index] = first[index] && met.length === 0;
    for (const other of met) alone[other] = false;
    open.push(index);
  }
  const boxes = parts.filter((_, index) => first[index]);
  const rest = boxes.every(isSolid) ? restOf(shape, boxes) : null;
  return { first, alone, rest };
}

/** Returns the same positions, in ascending order. */
function ascending({ begin, shape, step }: Selection): Selection {
  const back = (axis: number) => ((shape[axis] as number) - 1) * (step[axis] as number);
  return {
    begin: begin.map((from, axis) => ((step[axis] as number) < 0 ? from + back(axis) : from)),
    shape,
    step: step.map(Math.abs),
  };
}

/** Tells whether a part has all elements of the box that it spans. */
function isSolid({ shape, step }: Selection): boolean {
  return step.every((by, axis) => by === 1 || (shape[axis] as number) <= 1);
}

/** Returns the position after the last one of a part that is not empty. */
function endOf({ begin, shape, step }: Selection, axis: number): number {
  if (shape.length === 0) return 1;
  return (begin[axis] as number) + ((shape[axis] as number) - 1) * (step[axis] as number) + 1;
}

/** Returns the axis on which the parts begin at the largest number of different places. */
function sweepAxis(shape: Shape, parts: readonly Selection[]): number {
  const places = shape.map((_, axis) => new Set(parts.map(({ begin }) => begin[axis])).size);
  return Math.max(0, places.indexOf(Math.max(...places)));
}

/**
 * Tells whether two parts that are not empty may have an element in common. It tests each axis on
 * its own.
 */
function meet(a: Selection, b: Selection): boolean {
  return a.begin.every((from, axis) => {
    const other = b.begin[axis] as number;
    if (endOf(a, axis) <= other || endOf(b, axis) <= from) return false;
    const [byA, byB] = [a, b].map(({ shape, step }) => {
      return (shape[axis] as number) <= 1 ? 0 : (step[axis] as number);
    }) as [number, number];
    const common = gcd(byA, byB);
    return common === 0 ? from === other : (from - other) % common === 0;
  });
}

/** Returns the greatest common divisor. */
function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Returns boxes that cover what boxes without overlap leave free; null if there would be many. */
function restOf(shape: Shape, boxes: readonly Selection[]): Selection[] | null {
  const limit = boxes.length + 2 * shape.length;
  const step = shape.map(() => 1);
  const rest: Selection[] = [];
  // The earlier axes run from `low` to `high`, and all boxes in `within` cover this range.
  const visit = (within: readonly Selection[], low: readonly number[], high: readonly number[]) => {
    const axis = low.length;
    if (within.length === 0) {
      const begin = shape.map((_, other) => low[other] ?? 0);
      const sizes = shape.map((n, other) => (high[other] ?? n) - (begin[other] as number));
      if (!sizes.includes(0)) rest.push({ begin, shape: sizes, step });
      return;
    }
    if (axis === shape.length) return;
    const sorted = within.toSorted((a, b) => (a.begin[axis] as number) - (b.begin[axis] as number));
    const cuts = new Set([0, shape[axis] as number]);
    for (const box of sorted) cuts.add(box.begin[axis] as number).add(endOf(box, axis));
    const places = [...cuts].sort((a, b) => a - b);
    let next = 0;
    let open: Selection[] = [];
    places.slice(0, -1).forEach((from, index) => {
      if (rest.length > limit) return;
      open = open.filter((box) => endOf(box, axis) > from);
      for (; sorted[next]?.begin[axis] === from; next++) open.push(sorted[next] as Selection);
      visit(open, [...low, from], [...high, places[index + 1] as number]);
    });
  };
  visit(boxes, [], []);
  return rest.length > limit ? null : rest;
}
