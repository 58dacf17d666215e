import type { ConvolveStep } from "@metrigrad/tensor";
import type { FixedRegion } from "../loop/region.ts";
import { type FunctionBuilder, type I32, i32 } from "../wasm/index.ts";
import { forEachIndex } from "./rows.ts";

/** One axis of a convolution; strides are in bytes. */
export interface Axis {
  /** The number of places of the output and of b, and the number of taps. */
  readonly places: number;
  readonly length: number;
  readonly taps: number;
  readonly shift: number;
  readonly dilation: number;
  readonly tapStride: number;
  readonly stride: number;
  readonly outStride: number;
  /** The number of places that products of b with any tap reach. */
  readonly reached: number;
}

/** An axis with one place. */
const single: Axis = {
  ...{ places: 1, length: 1, taps: 1, shift: 0, dilation: 1, reached: 1 },
  ...{ tapStride: 0, stride: 0, outStride: 0 },
};

/** Returns at least two axes; the last one is that of the columns. */
export function axesOf(
  { shift, dilation }: ConvolveStep,
  {
    a,
    b,
    output,
  }: { readonly a: FixedRegion; readonly b: FixedRegion; readonly output: FixedRegion },
): readonly Axis[] {
  const count = shift.length;
  const last = (list: readonly number[], i: number) => list[list.length - count + i] as number;
  const axes = shift.map((by, i): Axis => {
    const [length, taps] = [last(b.shape, i), last(a.shape, i)];
    const apart = dilation[i] as number;
    return {
      ...{ places: last(output.shape, i), length, taps, shift: by, dilation: apart },
      ...{ tapStride: last(a.strides, i), stride: last(b.strides, i) },
      ...{ outStride: last(output.strides, i), reached: length + apart * (taps - 1) },
    };
  });
  return [...new Array<Axis>(Math.max(0, 2 - count)).fill(single), ...axes];
}

/**
 * Writes the places of the columns of all lines of b, `perLine` of each. The last place is repeated if panels are not
 * filled.
 */
export function fillColumns(
  f: FunctionBuilder,
  axes: readonly Axis[],
  perLine: number,
  table: I32,
): void {
  const to = f.let(table);
  const across = axes.at(-1) as Axis;
  const around = axes.slice(0, -1);
  const shape = around.map(({ length }) => length);
  const lines: FixedRegion = {
    ...{ base: 0, shape, dtype: "f32" },
    strides: around.map(({ stride }) => stride),
  };
  const column = f.local("i32");
  forEachIndex(f, shape, [lines], null, ([line]) => {
    const at = f.let(line as I32);
    f.for(column, 0, perLine, 1, () => {
      f.do(i32.store(to, at));
      f.increment(to, 4);
      f.if(i32.lt_s(column, across.length - 1), () => f.increment(at, across.stride));
    });
  });
}
