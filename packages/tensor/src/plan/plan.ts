import type { VariableSpec } from "../backend/variable.ts";
import type { DType, FloatType, TypedArray } from "../dtype.ts";
import type { Step } from "./step.ts";
import type { View } from "./view.ts";

/**
 * The place of a buffer in memory.
 *
 * @category For authors of backends
 */
export type Place =
  /** In the plan's scratch memory, `offset` bytes from its start, a multiple of 64. Buffers share memory at different times. */
  | { readonly kind: "arena"; readonly offset: number }
  /** The value of a variable of the store. */
  | { readonly kind: "variable"; readonly spec: VariableSpec }
  /** A value that the caller fills before each run. */
  | { readonly kind: "feed"; readonly name: string }
  /** A value that the caller reads after a run. It is never in the arena. */
  | { readonly kind: "output" }
  /** Fixed data, row-major. */
  | { readonly kind: "constant"; readonly data: TypedArray };

/**
 * A piece of memory: a flat list of `size` elements.
 *
 * @category For authors of backends
 */
export interface BufferSpec {
  /** The element type. */
  readonly dtype: DType;
  /** The number of elements. */
  readonly size: number;
  /** Where the buffer is. */
  readonly place: Place;
  /** What the buffer holds, for people. */
  readonly label: string;
}

/**
 * A value that the caller passes to each run. It is contiguous in its buffer.
 *
 * @category For authors of backends
 */
export interface Feed {
  /** The name of the input. */
  readonly name: string;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** The element type in the buffer. Values of other types are converted. */
  readonly dtype: DType;
  /** The buffer, as an index into `Plan.buffers`. */
  readonly buffer: number;
}

/**
 * A compiled graph: buffers, and the steps that fill them in order.
 *
 * @category For authors of backends
 */
export interface Plan {
  /** The float type of the store. Buffers of f32 plans may also be f64, for values that need 64 bits. */
  readonly float: FloatType;
  /** The buffers that the views point into. */
  readonly buffers: readonly BufferSpec[];
  /** The steps, in the order in which they run. */
  readonly steps: readonly Step[];
  /** The values that the caller passes, in this order. */
  readonly feeds: readonly Feed[];
  /** The results: contiguous views of output buffers. */
  readonly outputs: readonly View[];
  /** The size of the scratch memory, in bytes. */
  readonly arenaBytes: number;
}
