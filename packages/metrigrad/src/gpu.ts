import type { GpuBackend, GpuOptions } from "@metrigrad/gpu";
import { gpuFrom } from "./gpuFrom.ts";

/**
 * The backend on gpu.js, imported when called: its package and what it brings are paid by those who
 * use it. Options as `gpu` of @metrigrad/gpu. Throws BackendError where the package or the mode is
 * missing, and says what to install.
 */
export function gpu(options: GpuOptions = {}): Promise<GpuBackend> {
  return gpuFrom(() => import("@metrigrad/gpu"), options);
}
