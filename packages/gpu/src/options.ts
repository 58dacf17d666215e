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
  /** The mode to use; by default the best one that answers, except `cpu`. Name `webgpu` if you need it. */
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
  /** The mode in which it runs. */
  readonly mode: GpuMode;
}
