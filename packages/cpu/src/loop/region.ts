import type { DType, View } from "@metrigrad/tensor";
import type { I32 } from "../wasm/index.ts";
import { bytesOf } from "./lanes.ts";

/** A strided window on memory, in bytes. */
export interface Region {
  /** Address of its first element: known, or computed. */
  readonly base: number | I32;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly dtype: DType;
  /** Whether what is computed is stored without denormal floats, as zero. */
  readonly flush?: boolean;
}

/** A region at a known address. */
export interface FixedRegion extends Region {
  readonly base: number;
}

/** A view on a buffer that lies at an address. */
export function regionOf(view: View, address: number, dtype: DType, flush: boolean): FixedRegion {
  const bytes = bytesOf(dtype);
  return {
    base: address + view.offset * bytes,
    shape: view.shape,
    strides: view.strides.map((stride) => stride * bytes),
    dtype,
    flush,
  };
}

/** Elements of `shape` one after the other from an address on. */
export function contiguous(base: number, shape: readonly number[], dtype: DType): FixedRegion {
  let stride = bytesOf(dtype);
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return { base, shape, strides, dtype };
}
