import type { Floats } from "./wasm/index.ts";

/** Options of generated kernels. */
export interface KernelOptions {
  /** The floats of the arithmetic. */
  readonly floats: Floats;
  /** Whether relaxed multiply-add may be used, which is faster and rounds once. */
  readonly relaxed: boolean;
  /** Whether threads share the memory. */
  readonly shared: boolean;
}
