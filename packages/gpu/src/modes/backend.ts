import {
  type Backend,
  BackendError,
  hostStore,
  type Store,
  type StoreOptions,
  type VariableOwner,
  type VariableSpec,
} from "@metrigrad/tensor";
import type { GpuMode } from "../options.ts";
import { closedError } from "../webgpu/errors.ts";
import type { GpuJsInstance } from "../webgpu/gpujs.ts";
import { stepsOn } from "./pipeline.ts";

/** gpu.js in a mode other than webgpu, whose kernels take and give host arrays and, in WebGL, textures; made by `gpu`. */
export class KernelBackend implements Backend {
  readonly name = "gpu";
  readonly mode: GpuMode;
  readonly floats = ["f32"] as const;
  private readonly gpu: GpuJsInstance;
  private readonly note: string;
  private readonly stores = new Set<Store>();
  private closed = false;

  /** `note` says why a better mode was not taken. */
  constructor(mode: GpuMode, gpu: GpuJsInstance, note: string) {
    this.mode = mode;
    this.gpu = gpu;
    this.note = note;
  }

  describe(): string {
    return [
      `gpu: ${this.mode}, by gpu.js kernels: map, reduce, argReduce, matmul, gather and copy of floats;`,
      `on the host: integers, tables above a million elements, scatterAdd, random, gram, cholesky, triangularSolve, eigh${this.note}`,
    ].join(" ");
  }

  async store(
    owner: VariableOwner | readonly VariableSpec[],
    options: StoreOptions = {},
  ): Promise<Store> {
    if (this.closed) throw closedError("backend.store", "backend");
    const { float = "f32", seed = 0 } = options;
    if (float !== "f32") {
      throw refused("float must be f32", float, "use the reference backend for float64");
    }
    if (seed >>> 0 !== seed) {
      throw refused("seed must be an unsigned 32-bit integer", String(seed), "pass 0 … 2³²−1");
    }
    const store = hostStore(this, seed, float, () => stepsOn(this.gpu));
    await store.add("variables" in owner ? owner.variables : owner);
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

function refused(must: string, got: string, todo: string): BackendError {
  return new BackendError({ where: "gpu, backend.store", must, got, todo });
}
