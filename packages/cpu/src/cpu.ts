import type { Backend } from "@metrigrad/tensor";
import { openCpu } from "./open.ts";

/** Options of the cpu backend. */
export interface CpuOptions {
  /** Whether to use relaxed SIMD (fused multiply-add); by default where the engine has it. */
  readonly relaxed?: boolean;
  /**
   * Threads that share the work, the calling one included; by default the cores available. There
   * is one thread where memory cannot be shared, as in pages that are not cross-origin isolated. A
   * program runs on the calling thread alone while that is measured to be faster.
   */
  readonly threads?: number;
}

/**
 * The default backend: WebAssembly SIMD kernels in float32, generated for each plan, over one
 * memory. Runs in Node and in browsers. Results do not depend on the number of threads. Throws
 * BackendError where relaxed SIMD is asked for and missing, or workers cannot start.
 */
export function cpu(options: CpuOptions = {}): Promise<Backend> {
  return openCpu(options);
}
