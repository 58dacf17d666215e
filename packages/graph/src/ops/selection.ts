import { type Shape, ShapeError, sameShape, showShape, type View } from "@metrigrad/tensor";

/**
 * Positions of an axis: from begin to before end, every step-th (1 by default). A negative step takes
 * them from the last one backwards: `[0, n, -1]` reverses an axis.
 */
export type AxisRange = readonly [begin: number, end: number, step?: number];

/** A strided box of positions. */
export interface Selection {
  readonly begin: readonly number[];
  readonly shape: Shape;
  readonly step: readonly number[];
}

/** The part of a view that a selection names. */
export function subView(view: View, { begin, shape, step }: Selection): View {
  let offset = view.offset;
  const strides = view.strides.map((stride, axis) => {
    if ((shape[axis] as number) > 0) offset += (begin[axis] as number) * stride;
    return stride * (step[axis] as number);
  });
  return { ...view, shape, strides, offset };
}

/** The part of a value that a selection names within another selection of it. */
export function selectionOf(outer: Selection, { begin, shape, step }: Selection): Selection {
  return {
    begin: begin.map((b, axis) => (outer.begin[axis] as number) + b * (outer.step[axis] as number)),
    shape,
    step: step.map((by, axis) => by * (outer.step[axis] as number)),
  };
}

/** Whether a selection of a value of this shape is all of it, in its order. */
export function isWhole({ shape, step }: Selection, of: Shape): boolean {
  return sameShape(shape, of) && step.every((by, axis) => by > 0 || (shape[axis] as number) <= 1);
}

/** Reads ranges per axis, null for all of it. Throws ShapeError for a range outside of its axis. */
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
