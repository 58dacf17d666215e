import { type Backend, BackendError, checkNames, type FloatType } from "@metrigrad/tensor";
import type { CpuNativeOptions } from "./native/contract.ts";
import { openCpu } from "./open.ts";

/** Options of the cpu backend. */
export interface CpuOptions {
  /**
   * The floats of stores that do not name theirs, `"f32"` by default. Both types are there in any case:
   * `backend.store(model, { float: "f64" })`. Products and loops of 64 bits take about twice as long.
   */
  readonly float?: FloatType;
  /** Whether to use relaxed SIMD (fused multiply-add); by default where the engine has it. */
  readonly relaxed?: boolean;
  /**
   * Threads that share the work, the calling one included; by default the cores available. There
   * is one thread where memory cannot be shared, as in pages that are not cross-origin isolated. A
   * program runs on the calling thread alone while that is measured to be faster.
   */
  readonly threads?: number;
  /**
   * Whether the machine's own BLAS and LAPACK compute large products, in Gram matrices, factors and solves too, and
   * eigenvectors: in Node, through the package `@metrigrad/native`. By default where the package is installed and finds a library;
   * `true` or options make it an error where not. The environment variable `METRIGRAD_NATIVE=off` turns it off.
   */
  readonly native?: boolean | CpuNativeOptions;
}

/**
 * The default backend: WebAssembly SIMD kernels of 32 or 64 bits, generated for each plan, over one
 * memory. Runs in Node and in browsers. Results do not depend on the number of threads, except with a native
 * library, whose last bits depend on it and on the library. Throws BackendError where relaxed SIMD or a native library is
 * asked for and missing, for unknown options, or where workers cannot start.
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  checkNames("cpu", options, ["float", "relaxed", "threads", "native"], BackendError);
  return openCpu(options);
}
