import { type GpuBackend, type GpuOptions, gpuFrom } from "./gpuFrom.ts";

/**
 * Makes the backend on gpu.js, in float32.
 *
 * The package `@metrigrad/gpu` is optional. This function imports it when it is called.
 *
 * @param options - The way to run kernels.
 * @returns The backend.
 * @throws {@link BackendError} if the package or the mode is missing. The message says what to install.
 * @category Backends
 */
export function gpu(options: GpuOptions = {}): Promise<GpuBackend> {
  return gpuFrom(load, options);
}

/** The try and the catch tell bundlers that the package may be missing: webpack looks for the one, esbuild for the other. */
async function load() {
  try {
    return await import("@metrigrad/gpu").catch(rethrow);
  } catch (error) {
    return rethrow(error);
  }
}

function rethrow(error: unknown): never {
  throw error;
}
