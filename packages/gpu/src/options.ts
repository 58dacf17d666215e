import type { Backend } from "@metrigrad/tensor";

/** The ways in which gpu.js runs kernels, the best first. */
export type GpuMode = "webgpu" | "webgl2" | "headlessgl" | "webasm" | "cpu";

/** Options of the gpu backend. */
export interface GpuOptions {
  /** The one to use; by default the best that answers, but never `cpu`. */
  readonly mode?: GpuMode;
}

/** A backend on gpu.js. */
export interface GpuBackend extends Backend {
  /** What runs. */
  readonly mode: GpuMode;
}
