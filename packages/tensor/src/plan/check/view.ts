import { sameShape, sizeOf } from "../../shape.ts";
import type { Plan } from "../plan.ts";
import { printView } from "../print.ts";
import { moveAlike, type View } from "../view.ts";
import type { Refuse } from "./refuse.ts";

/**
 * The positions of the first and the last element of a view in its buffer; null if the view is empty.
 *
 * `turns` has the number of turns of each loop around the view. Without it only the first turn counts.
 */
export function extent(
  view: View,
  turns: readonly number[] = [],
): readonly [number, number] | null {
  if (sizeOf(view.shape) === 0) return null;
  let low = view.offset;
  let high = view.offset;
  const { shape, strides, advance } = view;
  for (let axis = 0; axis < shape.length + turns.length; axis++) {
    const depth = axis - shape.length;
    const n = (depth < 0 ? shape[axis] : turns[depth]) as number;
    const stride = (depth < 0 ? strides[axis] : advance?.[depth]) ?? 0;
    if (stride < 0) low += (n - 1) * stride;
    else high += (n - 1) * stride;
  }
  return [low, high];
}

/** Checks that a view is well formed, and that it is inside its buffer in every turn of the loops around it. */
export function checkView(
  plan: Plan,
  view: View,
  refuse: Refuse,
  turns: readonly number[] = [],
): void {
  const buffer = plan.buffers[view.buffer];
  // There are many views, so their text is made only for a message.
  if (buffer === undefined) refuse(`buffer must be one of ${plan.buffers.length}`, printView(view));
  const { advance = [] } = view;
  if (!isWhole(view)) {
    refuse("a view must have one integer size ≥ 0 and stride per axis", printView(view));
  }
  if (advance.length > turns.length) {
    refuse(`a view may advance in the ${turns.length} loops around its step`, printView(view));
  }
  const reach = extent(view, turns);
  if (reach !== null && (reach[0] < 0 || reach[1] >= buffer.size)) {
    const where = `${printView(view)} (${reach.join(" to ")})`;
    refuse(`a view must lie in its buffer of ${buffer.size}`, where);
  }
}

/** Whether a view consists of integers, with a size ≥ 0 and a stride for each axis. */
function isWhole({ shape, strides, offset, advance = [] }: View): boolean {
  return (
    shape.length === strides.length &&
    shape.every((n) => Number.isInteger(n) && n >= 0) &&
    strides.every(Number.isInteger) &&
    Number.isInteger(offset) &&
    advance.every(Number.isInteger)
  );
}

/** Whether two views are the same. Strides of axes of size 1 do not count. */
export function sameView(a: View, b: View): boolean {
  return (
    a.buffer === b.buffer &&
    a.offset === b.offset &&
    moveAlike(a, b) &&
    sameShape(a.shape, b.shape) &&
    a.shape.every((n, axis) => n === 1 || a.strides[axis] === b.strides[axis])
  );
}

/** Marks the elements of a view, counted from `low`. Returns false if an element was marked before. */
function mark(view: View, low: number, marks: Uint8Array): boolean {
  let fresh = true;
  for (const position of elements(view)) {
    const at = position - low;
    if (at < 0 || at >= marks.length) continue;
    if (marks[at] === 1) fresh = false;
    marks[at] = 1;
  }
  return fresh;
}

/** The positions of a view's elements, in row-major order. */
function* elements({ shape, strides, offset }: View): Generator<number> {
  const size = sizeOf(shape);
  for (let i = 0; i < size; i++) {
    let position = offset;
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const n = shape[axis] as number;
      position += (rest % n) * (strides[axis] as number);
      rest = Math.floor(rest / n);
    }
    yield position;
  }
}

/** Whether different indices of a view are different elements. */
export function isInjective(view: View): boolean {
  const reach = extent(view);
  if (reach === null) return true;
  const axes = view.shape
    .map((n, axis) => ({ n, stride: Math.abs(view.strides[axis] as number) }))
    .filter(({ n }) => n > 1)
    .sort((a, b) => a.stride - b.stride);
  // In the usual case each axis steps over everything that the finer axes reach. Then no element must be marked.
  let covered = 0;
  let nested = true;
  for (const { n, stride } of axes) {
    nested &&= stride > covered;
    covered += (n - 1) * stride;
  }
  if (nested) return true;
  return mark(view, reach[0], new Uint8Array(reach[1] - reach[0] + 1));
}

/** Whether two views of one buffer share an element. */
export function overlaps(a: View, b: View): boolean {
  const [p, q] = [extent(a), extent(b)];
  if (a.buffer !== b.buffer || p === null || q === null) return false;
  const [low, high] = [Math.max(p[0], q[0]), Math.min(p[1], q[1])];
  if (low > high) return false;
  const marks = new Uint8Array(high - low + 1);
  mark(a, low, marks);
  for (const position of elements(b)) {
    if (position >= low && position <= high && marks[position - low] === 1) return true;
  }
  return false;
}
