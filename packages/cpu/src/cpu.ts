import { type Backend, BackendError, checkNames, type FloatType } from "@metrigrad/tensor";
import type { CpuNativeOptions } from "./native/contract.ts";
import { openCpu } from "./open.ts";

/**
 * Options of {@link cpu}.
 *
 * @category Backends
 */
export interface CpuOptions {
  /**
   * The floats of stores that do not name theirs; `"f32"` by default.
   *
   * Both types are always there: `backend.store(model, { float: "f64" })`. Products and loops of 64 bits take about
   * twice as long.
   */
  readonly float?: FloatType;
  /** Whether to use relaxed SIMD (fused multiply-add); by default if the engine has it. */
  readonly relaxed?: boolean;
  /**
   * The number of threads that share the work, the calling one included, in 1 … 128; by default the number of
   * available cores.
   *
   * There is one thread if memory cannot be shared, as in pages that are not cross-origin isolated. A program runs on
   * the calling thread alone while measurements say that this is faster.
   */
  readonly threads?: number;
  /**
   * Whether the machine's own BLAS and LAPACK compute large products, factors, solves and eigenvectors, in Node.
   *
   * This needs the package `@metrigrad/native`. By default the backend uses it if it is installed and finds a
   * library. With `true` or options, a missing library is an error. The environment variable `METRIGRAD_NATIVE=off`
   * turns it off.
   */
  readonly native?: boolean | CpuNativeOptions;
}

/**
 * Opens the default backend: WebAssembly SIMD kernels of 32 or 64 bits, in Node and in browsers.
 *
 * Kernels are generated for each plan, over one memory. Results do not depend on the number of threads. With a native
 * library the last bits depend on it and on the number of threads.
 *
 * {@includeCode ../../../examples/api/cpu/cpu.ts#example}
 *
 * @param options - Floats, threads, and what to use of the machine.
 * @returns A promise of the backend. Close it when you are done.
 * @throws {@link BackendError} if an option is unknown or wrong, if relaxed SIMD or a native library is asked for and
 *   missing, or if workers cannot start.
 * @category Backends
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  checkNames("cpu", options, ["float", "relaxed", "threads", "native"], BackendError);
  return openCpu(options);
}
