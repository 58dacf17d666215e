import type { View } from "@metrigrad/tensor";
import type { Library } from "../kernel/library.ts";
import type { FixedRegion } from "../loop/region.ts";
import type { KernelOptions } from "../options.ts";
import type { FunctionBuilder, I32 } from "../wasm/index.ts";

/** Writes the code of one part of a phase. */
export type PhaseBody = (f: FunctionBuilder, part: I32, parts: I32) => void;

/** The memory of each part. */
export interface PartScratch {
  readonly base: number;
  /** The bytes from the memory of one part to that of the next. */
  readonly stride: number;
  /** The number of parts that have such memory, from the first one on. */
  readonly count: number;
}

/** The context in which steps are lowered. */
export interface StepContext {
  readonly options: KernelOptions;
  /** The imported kernels. */
  readonly library: Library;
  /** Returns the place of a view; its base is a number. */
  readonly region: (view: View) => FixedRegion;
  /** Returns the address of memory that only this step uses, and only while it runs. */
  readonly scratch: (bytes: number) => number;
  /**
   * Returns such memory for each part of phases of a cost that share `grains` by `share`. Parts without work have
   * none.
   */
  readonly partScratch: (bytes: number, grains: number, cost: number) => PartScratch;
  /** The largest number of parts that run phases. Results must not depend on it. */
  readonly parts: number;
  /** Returns the number of parts in which a phase of a cost is cut. */
  readonly partsOf: (cost: number) => number;
  /**
   * Adds a phase: every part runs it, and all finish before the next one begins.
   *
   * `cost` is roughly the time of one part in nanoseconds. A short phase runs as one part, and a longer one as so
   * many that each has enough work. `all` makes all parts run it, if they keep something from one phase to the next.
   */
  readonly phase: (cost: number, body: PhaseBody, all?: boolean) => void;
}

/** Turns a step into phases. */
export type Lowering<S> = (step: S, context: StepContext) => void;
