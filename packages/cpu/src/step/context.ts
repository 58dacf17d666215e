import type { View } from "@metrigrad/tensor";
import type { Library } from "../kernel/library.ts";
import type { FixedRegion } from "../loop/region.ts";
import type { KernelOptions } from "../options.ts";
import type { FunctionBuilder, I32 } from "../wasm/index.ts";

/** Writes what one part of a phase does. */
export type PhaseBody = (f: FunctionBuilder, part: I32, parts: I32) => void;

/** What step kinds are lowered with. */
export interface StepContext {
  readonly options: KernelOptions;
  /** Imported kernels. */
  readonly library: Library;
  /** Where a view lies; the base is a number. */
  readonly region: (view: View) => FixedRegion;
  /** The address of memory that only this step uses, and only while it runs. */
  readonly scratch: (bytes: number) => number;
  /** The same for each part: an address, and the bytes from one part's to the next's. */
  readonly partScratch: (bytes: number) => { readonly base: number; readonly stride: number };
  /** How many parts run phases; what is computed must not depend on it. */
  readonly parts: number;
  /**
   * Adds a phase: every part runs it, and all finish before the next one begins. `cost` is how many
   * nanoseconds one part would take, roughly; a short phase is run as one part.
   */
  readonly phase: (cost: number, body: PhaseBody) => void;
}

/** Turns a step into phases. */
export type Lowering<S> = (step: S, context: StepContext) => void;
