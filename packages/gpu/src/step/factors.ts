import { isStoredOnly, type View } from "@metrigrad/tensor";
import type { Kernel, Operand } from "../wgsl/kernel.ts";
import { positionText, scaled, scaledBy, spaceOf } from "../wgsl/layout.ts";
import type { Factor } from "./product/factor.ts";

/** Axes that one index counts. */
interface AxisGroup {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A first axis, and the axis after the last one. */
type Range = readonly [from: number, to: number];

/** Which axes of a view are those of a factor. The first `lead` ones count its matrices. */
export interface FactorAxes {
  readonly lead: number;
  readonly outer: Range;
  readonly inner: Range;
}

/** Returns the place of the element at an index that counts several axes. */
function counted(kernel: Kernel, { shape, strides }: AxisGroup): (index: string) => string {
  const { shape: sizes, strides: all } = spaceOf(shape, [{ strides }]);
  const own = all[0] as readonly number[];
  if (sizes.length <= 1) return scaledBy((x) => kernel.param(x), own[0] ?? 0);
  return (index) => {
    let after = 1;
    const terms = sizes.map((_, turn) => {
      const axis = sizes.length - 1 - turn;
      const rest = after === 1 ? index : `(${index}) / ${after}u`;
      after *= sizes[axis] as number;
      const at = axis === 0 ? `(${rest})` : `((${rest}) % ${sizes[axis]}u)`;
      return scaled(at, own[axis] as number);
    });
    return `(${terms.join(" + ")})`;
  };
}

/** Returns a view as a factor whose outer and inner index each count some of its axes. */
export function factorOf(
  kernel: Kernel,
  operand: Operand,
  view: View,
  name: string,
  { lead, outer, inner }: FactorAxes,
): Factor {
  const [out, along] = [groupOf(view, outer), groupOf(view, inner)];
  const [byOuter, byInner] = [counted(kernel, out), counted(kernel, along)];
  const place = (at: string, term: string) => `(${name}From + ${byOuter(at)} + ${byInner(term)})`;
  const beside = ({ strides }: AxisGroup) => Math.abs(strides.at(-1) ?? 0) === 1;
  const alongSum = beside(along) && !beside(out);
  return {
    lines: [`let ${name}From = ${positionText(view.strides.slice(0, lead), "l")};`],
    load: (at, term) => operand.load(place(at, term)),
    alongSum,
    quad: inQuads(kernel, view, alongSum ? inner : outer)
      ? (at, term) => operand.quad(place(at, term))
      : null,
  };
}

/** Returns the place of `row` and `column` in a view; columns are its axes from `middle` on, and rows those before. */
export function placeOf(kernel: Kernel, view: View, lead: number, middle: number): string {
  const from = positionText(view.strides.slice(0, lead), "l");
  const down = counted(kernel, groupOf(view, [lead, middle]));
  const across = counted(kernel, groupOf(view, [middle, view.shape.length]));
  return `(${from} + ${down("row")} + ${across("column")})`;
}

function groupOf({ shape, strides }: View, [from, to]: Range): AxisGroup {
  return { shape: shape.slice(from, to), strides: strides.slice(from, to) };
}

/** Whether elements of a view along some axes come in vectors of four, each at a multiple of 4 words of its page. */
export function inQuads({ memory }: Kernel, view: View, [from, to]: Range): boolean {
  const { buffer, shape, strides, offset, advance = [] } = view;
  if (isStoredOnly(memory.dtype(buffer))) return false;
  const long = shape.flatMap((size, axis) => (size > 1 ? [axis] : []));
  const unit = long.findLast((axis) => axis >= from && axis < to);
  if (unit === undefined || strides[unit] !== 1 || (shape[unit] as number) % 4 !== 0) return false;
  const others = long.filter((axis) => axis !== unit).map((axis) => strides[axis] as number);
  return [offset, ...advance, ...others].every((by) => by % 4 === 0);
}
