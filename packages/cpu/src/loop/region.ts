import type { DType, View } from "@metrigrad/tensor";
import type { I32 } from "../wasm/index.ts";
import { type Moving, movingBase, type Turns } from "./address.ts";
import { bytesOf } from "./lanes.ts";

/** A strided window on memory, in bytes. */
export interface Region {
  /** The address of its first element: known, known in each turn of a loop, or computed. */
  readonly base: number | Moving | I32;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly dtype: DType;
  /** Whether denormal floats are stored as zero; false by default. */
  readonly flush?: boolean;
}

/** A region at a known address (a number as of `addressAt`), which may move in loops. */
export interface FixedRegion extends Region {
  readonly base: number | Moving;
}

/** Returns a view on a buffer at an address, in a step inside of loops, outermost first. */
export function regionOf(
  view: View,
  address: number,
  dtype: DType,
  flush: boolean,
  loops: readonly Turns[],
): FixedRegion {
  const bytes = bytesOf(dtype);
  const advance = (view.advance ?? []).map((elements) => elements * bytes);
  return {
    base: movingBase(address + view.offset * bytes, advance, loops),
    shape: view.shape,
    strides: view.strides.map((stride) => stride * bytes),
    dtype,
    flush,
  };
}

/** Returns a region of elements of `shape` one after the other, from an address on. */
export function contiguous(
  base: number | Moving,
  shape: readonly number[],
  dtype: DType,
): FixedRegion {
  let stride = bytesOf(dtype);
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return { base, shape, strides, dtype };
}
