import type { DType, FloatType, TypedArray } from "../dtype.ts";
import type { Step } from "./step.ts";
import type { View } from "./view.ts";

/** Where a buffer lives. */
export type Place =
  /** Scratch of this plan, `offset` bytes into its arena, 64-byte aligned; buffers share by liveness. */
  | { readonly kind: "arena"; readonly offset: number }
  /** A variable of the store. */
  | { readonly kind: "variable"; readonly name: string }
  /** Filled by the caller before each run. */
  | { readonly kind: "feed"; readonly name: string }
  /** Read by the caller after a run; never in the arena. */
  | { readonly kind: "output" }
  /** Fixed data, row-major. */
  | { readonly kind: "constant"; readonly data: TypedArray };

/** A flat run of `size` elements. */
export interface BufferSpec {
  readonly dtype: DType;
  readonly size: number;
  readonly place: Place;
  /** What it holds, for people. */
  readonly label: string;
}

/** A value that the caller passes to each run, contiguous in its buffer. */
export interface Feed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly buffer: number;
}

/** A compiled graph: buffers and the steps that fill them, in order. */
export interface Plan {
  readonly float: FloatType;
  readonly buffers: readonly BufferSpec[];
  readonly steps: readonly Step[];
  readonly feeds: readonly Feed[];
  /** Contiguous views of output buffers. */
  readonly outputs: readonly View[];
  readonly arenaBytes: number;
}
