import { type Shape, ShapeError, sameShape, showShape, type View } from "@metrigrad/tensor";

/**
 * Positions of an axis: from `begin` up to, and without, `end`, every step-th (1 by default).
 *
 * A negative step takes the same positions from the last one backwards: `[0, n, -1]` reverses an
 * axis.
 *
 * @category Ops: shapes
 */
export type AxisRange = readonly [begin: number, end: number, step?: number];

/**
 * A box of positions with a step on each axis.
 *
 * @category Graph: own ops
 */
export interface Selection {
  /** The first position on each axis. */
  readonly begin: readonly number[];
  /** The number of positions on each axis. */
  readonly shape: Shape;
  /** The distance from one position to the next on each axis; it may be negative. */
  readonly step: readonly number[];
}

/** Returns the part of a view that a selection names. */
export function subView(view: View, { begin, shape, step }: Selection): View {
  let offset = view.offset;
  const strides = view.strides.map((stride, axis) => {
    if ((shape[axis] as number) > 0) offset += (begin[axis] as number) * stride;
    return stride * (step[axis] as number);
  });
  return { ...view, shape, strides, offset };
}

/** Returns a selection within another selection as a selection of the whole value. */
export function selectionOf(outer: Selection, { begin, shape, step }: Selection): Selection {
  return {
    begin: begin.map((b, axis) => (outer.begin[axis] as number) + b * (outer.step[axis] as number)),
    shape,
    step: step.map((by, axis) => by * (outer.step[axis] as number)),
  };
}

/** Tells whether a selection is all of a value of this shape, in its order. */
export function isWhole({ shape, step }: Selection, of: Shape): boolean {
  return sameShape(shape, of) && step.every((by, axis) => by > 0 || (shape[axis] as number) <= 1);
}

/**
 * Reads one range for each axis; null stands for the whole axis. Throws ShapeError for a range
 * outside of its axis.
 */
export function select(
  where: string,
  shape: Shape,
  ranges: readonly (AxisRange | null)[],
): Selection {
  const refuse = (must: string, got: string): never => {
    throw new ShapeError({ where, must, got, todo: `choose ranges within ${showShape(shape)}` });
  };
  if (ranges.length > shape.length) {
    refuse(`there must be at most ${shape.length} ranges`, String(ranges.length));
  }
  const begin: number[] = [];
  const sizes: number[] = [];
  const steps: number[] = [];
  shape.forEach((n, axis) => {
    const [first, last, step = 1] = ranges[axis] ?? [0, n];
    const from = first < 0 ? first + n : first;
    const to = last < 0 ? last + n : last;
    const whole = [from, to, step].every(Number.isInteger);
    if (!whole || from < 0 || to > n || from > to || step === 0) {
      refuse(`on axis ${axis}: 0 ≤ begin ≤ end ≤ ${n} and step ≠ 0`, JSON.stringify(ranges[axis]));
    }
    begin.push(step > 0 || from === to ? from : to - 1);
    sizes.push(Math.ceil((to - from) / Math.abs(step)));
    steps.push(step);
  });
  return { begin, shape: sizes, step: steps };
}
