import { blockCols, blockRows } from "../kernel/tile.ts";
import { type Analysis, analyse, type Fused, streamStrides } from "../loop/body.ts";
import { bytesOf } from "../loop/lanes.ts";
import type { Range } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import { pickAxes, type Space, vectorCost } from "../loop/space.ts";
import type { KernelOptions } from "../options.ts";
import { asI32, type FunctionBuilder, type I32, i32 } from "../wasm/index.ts";
import type { StepContext } from "./context.ts";
import { loopCost, sizeOf } from "./cost.ts";
import { emitMap } from "./map.ts";
import { trailing } from "./rows.ts";

/** Expressions of a product's elements. All regions are [batch…, m, n], and the product is the first input. */
export interface Finish extends Fused {
  readonly inputs: readonly FixedRegion[];
  readonly outputs: readonly FixedRegion[];
}

/** Writes the loop that finishes a block of a product, in the part that computed it. */
export interface Finisher {
  /** The time on one thread in nanoseconds, roughly. */
  readonly cost: number;
  /** The regions that are read and written. `emit` takes their addresses in a matrix of the batch. */
  readonly regions: readonly FixedRegion[];
  emit(f: FunctionBuilder, addresses: readonly I32[], rows: Range, cols: Range): void;
}

/** The bytes of a block of a product that is finished while it is in the cache. */
const blockBytes = 2 ** 18;

/** Returns the finisher of a product with an epilogue. */
export function finisherOf(finish: Finish, { options }: StepContext): Finisher {
  const { inputs, exprs, outputs } = finish;
  const [product] = inputs as [FixedRegion];
  const { shape } = product;
  const axes = shape.length - 2;
  const analysis = analyse(exprs);
  const regions = [...outputs, ...inputs];
  const strides = streamStrides(finish, analysis).map((all) => all.slice(axes));
  const plane: Space = { sizes: shape.slice(axes), strides };
  const units = regions.map(({ dtype }) => bytesOf(dtype));
  return {
    cost: loopCost(shape, analysis, options.floats),
    regions,
    emit: (f, addresses, rows, cols) => {
      // Without a batch addresses are numbers, which loads and stores contain.
      const moved = regions.map((region, at) =>
        axes === 0 ? region : trailing(region, axes, addresses[at] as I32),
      );
      const [written, read] = [moved.slice(0, outputs.length), moved.slice(outputs.length)];
      const fused = { inputs: read, exprs, outputs: written };
      const { space, ranges } = loopsOf(plane, units, analysis, rows, cols, options);
      emitMap(f, fused, analysis, space, ranges, options);
    },
  };
}

/**
 * Returns the loops over rows and columns. Whole rows that lie one after the other make one loop. Otherwise there are
 * two, and the one that is better for vectors is the inner one.
 */
function loopsOf(
  plane: Space,
  units: readonly number[],
  { scalars }: Analysis,
  rows: Range,
  cols: Range,
  { floats }: KernelOptions,
): { readonly space: Space; readonly ranges: readonly Range[] } {
  const [, n] = plane.sizes as [number, number];
  const even = plane.strides.every(([down = 0, right = 0]) => down === n * right);
  if (even && cols.from === 0 && cols.to === n) {
    const times = (at: Range["from"]) => (typeof at === "number" ? n * at : i32.mul(at, n));
    const space = {
      sizes: [sizeOf(plane.sizes)],
      strides: plane.strides.map(([, right = 0]) => [right]),
    };
    return { space, ranges: [{ from: times(rows.from), to: times(rows.to) }] };
  }
  const cost = (axis: number) => vectorCost(plane, axis, units, scalars.nodes.length, floats.lanes);
  if (cost(1) <= cost(0)) return { space: plane, ranges: [rows, cols] };
  return { space: pickAxes(plane, [1, 0]), ranges: [cols, rows] };
}

/**
 * Runs `body` for blocks of a part of an m×n product that stay in the cache.
 *
 * A block has whole blocks of columns of the kernel, which packs A again for each anyway. It has so many rows that
 * packing B for each costs little.
 */
export function inBlocks(
  f: FunctionBuilder,
  [m, n]: readonly [number, number],
  rows: Range,
  cols: Range,
  { floats }: KernelOptions,
  body: (rows: Range, cols: Range) => void,
): void {
  const width = Math.min(n, blockCols) * floats.bytes;
  const height = blockRows * Math.max(2, Math.floor(blockBytes / width / blockRows));
  inRuns(f, m, rows, height, (own) => inRuns(f, n, cols, blockCols, (run) => body(own, run)));
}

/** Runs `body` for runs of `most` indices of a range below `size`. */
function inRuns(
  f: FunctionBuilder,
  size: number,
  range: Range,
  most: number,
  body: (run: Range) => void,
): void {
  if (size <= most) {
    body(range);
    return;
  }
  const from = f.local("i32");
  f.for(from, range.from, range.to, most, () => {
    const to = f.let(i32.add(from, most));
    f.if(i32.gt_u(to, range.to), () => f.set(to, asI32(range.to)));
    body({ from, to });
  });
}
