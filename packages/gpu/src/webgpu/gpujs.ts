import { BackendError } from "@metrigrad/tensor";

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

/**
 * Loads gpu.js. Bundles for browsers export it as one class that has everything else as members. Throws BackendError if a page
 * forbids code from strings and gpu.js needs it to load.
 */
export async function gpuJs(): Promise<GpuJs> {
  let module: GpuJs & { readonly default?: GpuJs };
  try {
    module = (await import("gpu.js")) as unknown as GpuJs & { readonly default?: GpuJs };
  } catch (error) {
    throw error instanceof EvalError ? noEval("gpu()", error) : error;
  }
  return module.default ?? module;
}

/** Says that a page forbids code from strings. */
export function noEval(where: string, error: EvalError): BackendError {
  return new BackendError({
    where,
    must: "gpu.js must be allowed to make code from strings",
    got: error.message.trim(),
    todo: "allow 'unsafe-eval' in the page's Content-Security-Policy, or use the cpu backend",
  });
}
