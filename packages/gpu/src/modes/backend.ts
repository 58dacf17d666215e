import {
  type Backend,
  checkStoreOptions,
  closedError,
  hostStore,
  type Store,
  type StoreOptions,
  type Variables,
} from "@metrigrad/tensor";
import type { GpuMode } from "../options.ts";
import type { GpuJsInstance } from "../webgpu/gpujs.ts";
import { stepsOn } from "./pipeline.ts";

/**
 * The backend in a mode of gpu.js other than webgpu; made by `gpu`. Its kernels take and give host arrays and, in
 * WebGL, textures.
 */
export class KernelBackend implements Backend {
  readonly name = "gpu";
  readonly mode: GpuMode;
  readonly floats = ["f32"] as const;
  private readonly gpu: GpuJsInstance;
  private readonly note: string;
  private readonly stores = new Set<Store>();
  private closed = false;

  /** Makes the backend; `note` says why a better mode was not taken. */
  constructor(mode: GpuMode, gpu: GpuJsInstance, note: string) {
    this.mode = mode;
    this.gpu = gpu;
    this.note = note;
  }

  describe(): string {
    return [
      `gpu: ${this.mode}, by gpu.js kernels: map, reduce, rows, argReduce, matmul, gather and copy of floats;`,
      `on the host: integers, tables above a million elements, convolve, scatterAdd, sort, random, gram, cholesky, triangularSolve, eigh${this.note}`,
    ].join(" ");
  }

  async store(variables: Variables, options: StoreOptions = {}): Promise<Store> {
    if (this.closed) throw closedError("backend.store", "backend");
    const { float = "f32", seed = 0, ...naming } = options;
    checkStoreOptions("gpu", { seed, float, ...naming }, this.floats);
    const store = hostStore(this, seed, float, () => stepsOn(this.gpu));
    await store.add(variables, naming);
    this.stores.add(store);
    return store;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const store of this.stores) await store.close();
    this.stores.clear();
    await this.gpu.destroy();
  }
}
