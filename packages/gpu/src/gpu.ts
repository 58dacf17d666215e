import { BackendError, checkNames } from "@metrigrad/tensor";
import { openGpu } from "./open.ts";
import type { GpuBackend, GpuOptions } from "./options.ts";

/**
 * The backend on gpu.js, in float32. In mode `webgpu` every step runs on the device; in the others
 * float element-wise steps, reductions, products and gathers do, the rest on the host: `describe()`
 * tells. In Node, `webgpu` needs the npm package of that name. Throws BackendError where the mode is
 * not there, and says what to install; and for unknown options.
 */
export async function gpu(options: GpuOptions = {}): Promise<GpuBackend> {
  checkNames("gpu", options, ["mode"], BackendError);
  return openGpu(options);
}
