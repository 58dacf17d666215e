import type { GpuBackend, GpuOptions, gpu } from "@metrigrad/gpu";
import { BackendError } from "@metrigrad/tensor";

/** What @metrigrad/gpu exports. */
interface GpuPackage {
  readonly gpu: typeof gpu;
}

/** A backend of a package that may not be installed. Throws BackendError. */
export async function gpuFrom(
  load: () => Promise<GpuPackage>,
  options: GpuOptions,
): Promise<GpuBackend> {
  let loaded: GpuPackage;
  try {
    loaded = await load();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new BackendError({
      where: "gpu()",
      must: "the package @metrigrad/gpu must be installed",
      got: code ?? message,
      todo: "npm install @metrigrad/gpu, and in Node webgpu@0.6 for the mode webgpu",
    });
  }
  return loaded.gpu(options);
}
