import type { Backend } from "@metrigrad/tensor";

/**
 * A way in which gpu.js runs kernels, the best first.
 *
 * @category Backends
 */
export type GpuMode = "webgpu" | "webgl2" | "headlessgl" | "webasm" | "cpu";

/**
 * Options of {@link gpu}.
 *
 * @category Backends
 */
export interface GpuOptions {
  /** The mode to use; by default the best one that answers, and never `"cpu"`. */
  readonly mode?: GpuMode;
}

/**
 * A backend on gpu.js.
 *
 * @category Backends
 */
export interface GpuBackend extends Backend {
  /** The mode in which it runs. */
  readonly mode: GpuMode;
}
