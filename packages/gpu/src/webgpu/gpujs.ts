/** The part of gpu.js that this package uses. */
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
  /** The type that kernels which take it declare. */
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

/** Loads gpu.js. Bundles for browsers export it as one class that has everything else as members. */
export async function gpuJs(): Promise<GpuJs> {
  const module = (await import("gpu.js")) as unknown as GpuJs & { readonly default?: GpuJs };
  return module.default ?? module;
}
