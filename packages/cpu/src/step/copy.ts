import { arg, type CopyStep, scalarTypeOf } from "@metrigrad/tensor";
import { bytesOf } from "../loop/lanes.ts";
import { share } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import { collapse, pickAxes, type Space } from "../loop/space.ts";
import { asI32, type I32, i32 } from "../wasm/index.ts";
import type { Lowering, StepContext } from "./context.ts";
import { shareable, sizeOf } from "./cost.ts";
import { lowerMap } from "./map.ts";
import { forEachIndex } from "./rows.ts";

/** The number of rows that are transposed at a time, so that the lines they are written to stay in the cache. */
const blockRows = 16;

/** Copies one region to another, with conversion if the types differ. */
export function lowerCopy(from: FixedRegion, to: FixedRegion, context: StepContext): void {
  const space = collapse({ sizes: to.shape, strides: [to.strides, from.strides] });
  const { bytes } = context.options.floats;
  const alike = from.dtype === to.dtype && bytesOf(to.dtype) === bytes;
  if (alike && transpose(space, from, to, context)) return;
  const exprs = [arg(0, scalarTypeOf(from.dtype))];
  const exact = { ...to, flush: false };
  lowerMap(to.shape, { inputs: [from], exprs, outputs: [exact] }, context);
}

/** Copies by blocks if one axis is contiguous in the source and another one in the target. */
function transpose(
  space: Space,
  from: FixedRegion,
  to: FixedRegion,
  context: StepContext,
): boolean {
  const [toStrides, fromStrides] = space.strides as [readonly number[], readonly number[]];
  const { floats } = context.options;
  const col = toStrides.indexOf(floats.bytes);
  const row = fromStrides.indexOf(floats.bytes);
  if (col < 0 || row < 0 || col === row) return false;
  const [rows, cols] = [space.sizes[row] as number, space.sizes[col] as number];
  if (rows < 4 || cols < 4) return false;
  const outer = pickAxes(
    space,
    space.sizes.map((_, axis) => axis).filter((axis) => axis !== row && axis !== col),
  );
  const toRow = toStrides[row] as number;
  const fromCol = fromStrides[col] as number;
  const cost = shareable(Math.ceil(rows / blockRows), 0.125 * floats.bytes * sizeOf(space.sizes));
  context.phase(cost, (f, part, parts) => {
    const mine = share(f, rows, blockRows, part, parts);
    const regions = [to, from].map((region, i) => ({
      ...region,
      strides: outer.strides[i] as readonly number[],
    }));
    forEachIndex(f, outer.sizes, regions, null, ([target, source]) => {
      const block = f.local("i32");
      f.for(block, mine.from, mine.to, blockRows, () => {
        const count = f.let(i32.sub(asI32(mine.to), block));
        f.if(i32.gt_u(count, blockRows), () => f.set(count, i32.const(blockRows)));
        const line = i32.add(target as I32, i32.mul(block, toRow));
        const first = i32.add(source as I32, i32.shl(block, floats.shift));
        f.call(context.library.copy2d, line, toRow, first, floats.bytes, fromCol, count, cols);
      });
    });
  });
  return true;
}

/** Lowers output = input. */
export const copyStep: Lowering<CopyStep> = (step, context) => {
  const [input, output] = [context.region(step.input), context.region(step.output)];
  if (output.shape.some((size) => size === 0)) return;
  lowerCopy(input, output, context);
};
