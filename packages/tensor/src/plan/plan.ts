import type { VariableSpec } from "../backend/variable.ts";
import type { DType, FloatType, TypedArray } from "../dtype.ts";
import type { Step } from "./step.ts";
import type { View } from "./view.ts";

/** Where a buffer lives. */
export type Place =
  /** Scratch of this plan, `offset` bytes into its arena, 64-byte aligned; buffers share by liveness. */
  | { readonly kind: "arena"; readonly offset: number }
  /** A variable of the store. */
  | { readonly kind: "variable"; readonly spec: VariableSpec }
  /** Filled by the caller before each run. */
  | { readonly kind: "feed"; readonly name: string }
  /** Read by the caller after a run; never in the arena. */
  | { readonly kind: "output" }
  /** Fixed data, row-major. */
  | { readonly kind: "constant"; readonly data: TypedArray };

/** A flat run of `size` elements. */
export interface BufferSpec {
  /** Element type. */
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** Where it lives. */
  readonly place: Place;
  /** What it holds, for people. */
  readonly label: string;
}

/** A value that the caller passes to each run, contiguous in its buffer. */
export interface Feed {
  /** The input's name. */
  readonly name: string;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Element type in the buffer; values are converted. */
  readonly dtype: DType;
  /** Index into `Plan.buffers`. */
  readonly buffer: number;
}

/** A compiled graph: buffers and the steps that fill them, in order. */
export interface Plan {
  /** Type of every float buffer. */
  readonly float: FloatType;
  /** What views point into. */
  readonly buffers: readonly BufferSpec[];
  /** What to do, in this order. */
  readonly steps: readonly Step[];
  /** What the caller passes, in this order. */
  readonly feeds: readonly Feed[];
  /** Contiguous views of output buffers. */
  readonly outputs: readonly View[];
  /** Size of the scratch memory. */
  readonly arenaBytes: number;
}
