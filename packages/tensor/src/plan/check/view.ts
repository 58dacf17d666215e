import { sameShape, sizeOf } from "../../shape.ts";
import type { Plan } from "../plan.ts";
import { printView } from "../print.ts";
import { moveAlike, type View } from "../view.ts";
import type { Refuse } from "./refuse.ts";

/**
 * Positions of the first and the last element in the buffer, within all turns of loops around it (in the
 * first turn without `turns`); null where there are none.
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

/** Checks that a view is well formed and lies in its buffer in every turn of the loops around it. */
export function checkView(
  plan: Plan,
  view: View,
  refuse: Refuse,
  turns: readonly number[] = [],
): void {
  const buffer = plan.buffers[view.buffer];
  // Views are many: they are printed where they are refused.
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

/** Whether a view has integers only, and a size ≥ 0 and a stride per axis. */
function isWhole({ shape, strides, offset, advance = [] }: View): boolean {
  return (
    shape.length === strides.length &&
    shape.every((n) => Number.isInteger(n) && n >= 0) &&
    strides.every(Number.isInteger) &&
    Number.isInteger(offset) &&
    advance.every(Number.isInteger)
  );
}

/** Whether two views are the same, strides of axes of size 1 aside. */
export function sameView(a: View, b: View): boolean {
  return (
    a.buffer === b.buffer &&
    a.offset === b.offset &&
    moveAlike(a, b) &&
    sameShape(a.shape, b.shape) &&
    a.shape.every((n, axis) => n === 1 || a.strides[axis] === b.strides[axis])
  );
}

/** Marks the elements of a view, counted from `low`; false where one was marked before. */
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

/** Whether no two indices of a view are one element. */
export function isInjective(view: View): boolean {
  const reach = extent(view);
  if (reach === null) return true;
  const axes = view.shape
    .map((n, axis) => ({ n, stride: Math.abs(view.strides[axis] as number) }))
    .filter(({ n }) => n > 1)
    .sort((a, b) => a.stride - b.stride);
  // Each axis steps over all that the finer ones reach: the usual case, without enumeration.
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
