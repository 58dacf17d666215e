import { BackendError, checkNames } from "@metrigrad/tensor";
import { openGpu } from "./open.ts";
import type { GpuBackend, GpuOptions } from "./options.ts";

/**
 * Opens the backend on gpu.js, in float32.
 *
 * In mode `webgpu` every step runs on the device. In the other modes float element-wise steps, reductions, products
 * and gathers run there, and all other steps on the host; `describe()` says which. In Node, `webgpu` needs the npm
 * package of that name.
 *
 * @param options - The mode; by default the best one that answers.
 * @returns A promise of the backend. Close it when you are done.
 * @throws A {@link BackendError} if an option or the mode is unknown, or if the mode is not available. The error says
 *   what to install.
 * @category Backends
 */
export async function gpu(options: GpuOptions = {}): Promise<GpuBackend> {
  checkNames("gpu", options, ["mode", "tune"], BackendError);
  if (options.tune !== undefined && typeof options.tune !== "boolean") {
    throw new BackendError({
      where: "gpu",
      must: "tune must be true or false",
      got: JSON.stringify(options.tune) ?? String(options.tune),
      todo: "leave it out to have the same choice in each process",
    });
  }
  return openGpu(options);
}
