import type { Floats } from "./wasm/index.ts";

/** What kernels are generated for. */
export interface KernelOptions {
  /** The floats that are computed with. */
  readonly floats: Floats;
  /** Whether relaxed multiply-add may be used: faster, rounds once. */
  readonly relaxed: boolean;
  /** Whether the memory is shared between threads. */
  readonly shared: boolean;
}
