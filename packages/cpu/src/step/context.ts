import type { View } from "@metrigrad/tensor";
import type { Library } from "../kernel/library.ts";
import type { FixedRegion } from "../loop/region.ts";
import type { KernelOptions } from "../options.ts";
import type { FunctionBuilder, I32 } from "../wasm/index.ts";

/** Writes what one part of a phase does. */
export type PhaseBody = (f: FunctionBuilder, part: I32, parts: I32) => void;

/** Memory of each part. */
export interface PartScratch {
  readonly base: number;
  /** Bytes from one part's to the next's. */
  readonly stride: number;
  /** How many parts have it, from the first one on. */
  readonly count: number;
}

/** What step kinds are lowered with. */
export interface StepContext {
  readonly options: KernelOptions;
  /** Imported kernels. */
  readonly library: Library;
  /** Where a view lies; the base is a number. */
  readonly region: (view: View) => FixedRegion;
  /** The address of memory that only this step uses, and only while it runs. */
  readonly scratch: (bytes: number) => number;
  /**
   * The same for each part of phases of a cost that share `grains` by `share`: parts that nothing
   * falls to have none.
   */
  readonly partScratch: (bytes: number, grains: number, cost: number) => PartScratch;
  /** How many parts run phases at most; what is computed must not depend on it. */
  readonly parts: number;
  /** In how many parts a phase of a cost is cut. */
  readonly partsOf: (cost: number) => number;
  /**
   * Adds a phase: every part runs it, and all finish before the next one begins. `cost` is how many
   * nanoseconds one part would take, roughly; a short phase is run as one part, a longer one by as many as
   * have enough of it, or by `all` where they keep something from one phase to the next.
   */
  readonly phase: (cost: number, body: PhaseBody, all?: boolean) => void;
}

/** Turns a step into phases. */
export type Lowering<S> = (step: S, context: StepContext) => void;
