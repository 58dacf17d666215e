/** What this package uses of gpu.js. */
interface GpuJs {
  readonly GPU: new (settings: { readonly mode: string }) => GpuJsInstance;
  readonly WebGPUContext: {
    acquire(): Promise<GpuContext>;
    destroy(): Promise<void>;
  };
}

/** gpu.js's shared device. */
export interface GpuContext {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  readonly isLost: boolean;
}

/** A result that stays in the memory of WebGL. */
export interface GpuJsTexture {
  /** What kernels that take it declare. */
  readonly type: string;
  toArray(): Float32Array | readonly Float32Array[];
}

/** A kernel of gpu.js's synchronous modes. */
export interface GpuJsKernel {
  (...args: readonly unknown[]): Float32Array | readonly Float32Array[] | GpuJsTexture;
  readonly fallbackReason?: string | null;
  destroy(): void;
}

/** A `GPU` of gpu.js. */
export interface GpuJsInstance {
  readonly mode: string;
  addFunction(source: string, settings: object): unknown;
  createKernel(source: string, settings: object): GpuJsKernel;
  destroy(): Promise<void>;
}

/** Loads gpu.js, which bundles for browsers export as one class with everything else on it. */
export async function gpuJs(): Promise<GpuJs> {
  const module = (await import("gpu.js")) as unknown as GpuJs & { readonly default?: GpuJs };
  return module.default ?? module;
}
