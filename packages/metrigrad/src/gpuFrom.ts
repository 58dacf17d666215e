import { type Backend, BackendError } from "@metrigrad/tensor";

/**
 * The ways in which gpu.js runs kernels, the best first.
 *
 * @category Backends
 */
export type GpuMode = "webgpu" | "webgl2" | "headlessgl" | "webasm" | "cpu";

/**
 * Options of `gpu`.
 *
 * @category Backends
 */
export interface GpuOptions {
  /** The way to run kernels. By default the best one that answers, except `cpu`. Name `webgpu` if you need it. */
  readonly mode?: GpuMode;
  /**
   * In mode `webgpu`, whether the backend measures how each product of a program is computed fastest on this device: the
   * sizes of tiles, and into how many parts sums are cut. It does so once per kind of product when a program is compiled,
   * and keeps the choice until it is closed. Compilation may take seconds per product then. Sums may be added in another order
   * from one process to the next. By default false: the choice follows from the shapes alone. Other modes have nothing to measure.
   */
  readonly tune?: boolean;
}

/**
 * A backend on gpu.js.
 *
 * @category Backends
 */
export interface GpuBackend extends Backend {
  /** The way in which it runs kernels. */
  readonly mode: GpuMode;
}

/** What the package @metrigrad/gpu exports. Its own types would break the types of those who do not install it. */
interface GpuPackage {
  gpu(options: GpuOptions): Promise<GpuBackend>;
}

/** How Node, browsers and bundlers say that a module is not there. */
const missingModule =
  /cannot find (module|package)|failed to (resolve|fetch)|could not resolve|error resolving|importing a module script failed|optional peer dep/i;

/** Makes a backend by a package that may be missing. Throws BackendError. */
export async function gpuFrom(
  load: () => Promise<GpuPackage>,
  options: GpuOptions,
): Promise<GpuBackend> {
  let loaded: GpuPackage;
  try {
    loaded = await load();
  } catch (error) {
    throw error instanceof BackendError ? error : unloaded(error);
  }
  return loaded.gpu(options);
}

/** Tells a package that is missing from one that is there and does not load. */
function unloaded(error: unknown): BackendError {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  const isMissing = code === "ERR_MODULE_NOT_FOUND" || missingModule.test(message);
  return new BackendError({
    where: "gpu()",
    must: `the package @metrigrad/gpu must ${isMissing ? "be installed" : "load"}`,
    got: isMissing ? (code ?? message) : message,
    todo: isMissing
      ? "npm install @metrigrad/gpu, and in Node webgpu@0.6 for the mode webgpu"
      : "mend what the message says, or use the cpu backend",
  });
}
