import type { Analysis, Fused } from "../loop/body.ts";
import { cursorsFor, type Pointer } from "../loop/cursor.ts";
import { loop, type Range, share, whole } from "../loop/nest.ts";
import type { FixedRegion, Region } from "../loop/region.ts";
import { type FunctionBuilder, type I32, i32, type Local } from "../wasm/index.ts";
import type { StepContext } from "./context.ts";
import { emitMap, spaceOf } from "./map.ts";

/** Returns the leading axes of a region. */
export function leading(region: FixedRegion, axes: number): FixedRegion {
  const { shape, strides } = region;
  return { ...region, shape: shape.slice(0, axes), strides: strides.slice(0, axes) };
}

/** Returns the other axes of a region, from a computed address on. */
export function trailing(region: FixedRegion, axes: number, base: I32): Region {
  const { shape, strides } = region;
  return { ...region, base, shape: shape.slice(axes), strides: strides.slice(axes) };
}

/** A range of one axis. */
export interface AxisRange {
  readonly axis: number;
  readonly range: Range;
}

/** Loops over an index space with the addresses of each region, over a part of one axis if that is given. */
export function forEachIndex(
  f: FunctionBuilder,
  shape: readonly number[],
  regions: readonly Region[],
  mine: AxisRange | null,
  body: (addresses: readonly I32[]) => void,
): void {
  const { cursors, pointers } = cursorsFor(f, regions);
  const address = ({ cursor, offset }: Pointer) => i32.add(cursor.at, offset);
  const from = (level: number): void => {
    if (level === shape.length) {
      body(pointers.map(address));
      return;
    }
    const range = level === mine?.axis ? mine.range : whole(shape[level] as number);
    loop(f, cursors, level, range, () => from(level + 1));
  };
  from(0);
}

/** Returns the number of indices of the longest axis; 1 without axes. */
export function longest(shape: readonly number[]): number {
  return Math.max(1, ...shape);
}

/** Returns the share of the longest axis for a part. */
export function axisShare(
  f: FunctionBuilder,
  shape: readonly number[],
  part: I32,
  parts: I32,
): AxisRange {
  const size = longest(shape);
  return { axis: shape.indexOf(size), range: share(f, size, 1, part, parts) };
}

/** Runs `body` for the share of a part; without axes for the first part. */
export function forEachOwn(
  f: FunctionBuilder,
  shape: readonly number[],
  regions: readonly FixedRegion[],
  part: I32,
  parts: I32,
  body: (addresses: readonly I32[]) => void,
): void {
  if (shape.length === 0) {
    f.if(i32.eqz(part), () => forEachIndex(f, shape, regions, null, body));
  } else {
    forEachIndex(f, shape, regions, axisShare(f, shape, part, parts), body);
  }
}

/** Returns an index read from memory, clamped to below `size`. */
export function clampedIndex(
  f: FunctionBuilder,
  address: I32,
  dtype: string,
  size: number,
): Local<"i32"> {
  const index = f.let(dtype === "u8" ? i32.load8_u(address) : i32.load(address));
  f.if(i32.ge_s(index, size), () => f.set(index, i32.const(size - 1)));
  f.if(i32.lt_s(index, 0), () => f.set(index, i32.const(0)));
  return index;
}

/** Emits a map over all elements of `shape` for regions with computed addresses. */
export function emitWholeMap(
  f: FunctionBuilder,
  shape: readonly number[],
  fused: Fused,
  analysis: Analysis,
  context: StepContext,
): void {
  const space = spaceOf(shape, fused, analysis, context.options);
  emitMap(f, fused, analysis, space, space.sizes.map(whole), context.options);
}
