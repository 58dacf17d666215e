import type { DType, TypedArray } from "../../src/dtype.ts";
import { hostArray } from "../../src/dtype.ts";
import type { View } from "../../src/plan/view.ts";

/** How elements lie in a buffer. */
export interface Layout {
  readonly strides: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** Makes the layout of a shape. */
export type LayoutOf = (shape: readonly number[]) => Layout;

const count = (shape: readonly number[]) => shape.reduce((x, y) => x * y, 1);

/** Row-major strides, axes taken in the given order from the slowest to the fastest. */
function dense(shape: readonly number[], order: readonly number[], gap: number): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = gap;
  for (const axis of [...order].reverse()) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

const axes = (shape: readonly number[]) => shape.map((_, axis) => axis);

/** Layouts that every step must take, for inputs and outputs. */
export const layouts: Readonly<Record<string, LayoutOf>> = {
  rowMajor: (shape) => ({ strides: dense(shape, axes(shape), 1), offset: 0, size: count(shape) }),
  columnMajor: (shape) => ({
    strides: dense(shape, axes(shape).reverse(), 1),
    offset: 0,
    size: count(shape),
  }),
  gapped: (shape) => ({
    strides: dense(shape, axes(shape), 2),
    offset: 3,
    size: 2 * count(shape) + 3,
  }),
  backwards: (shape) => ({
    strides: dense(shape, axes(shape), -1),
    offset: Math.max(count(shape) - 1, 0),
    size: count(shape),
  }),
};

/** Positions in row-major order of the indices. */
export function positions(shape: readonly number[], { strides, offset }: Layout): number[] {
  let found = [offset];
  shape.forEach((n, axis) => {
    found = found.flatMap((at) =>
      Array.from({ length: n }, (_, i) => at + i * (strides[axis] as number)),
    );
  });
  return found;
}

/** A buffer with row-major `values` in a layout, and 99 elsewhere. */
export function spread(
  values: ArrayLike<number>,
  shape: readonly number[],
  layout: Layout,
  dtype: DType,
): TypedArray {
  const data = hostArray(dtype, layout.size).fill(99);
  positions(shape, layout).forEach((at, i) => {
    data[at] = values[i] as number;
  });
  return data;
}

/** The view of a layout on a buffer. */
export function viewOf(buffer: number, shape: readonly number[], layout: Layout): View {
  return { buffer, shape, strides: layout.strides, offset: layout.offset };
}
