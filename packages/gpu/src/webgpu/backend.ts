import {
  type Backend,
  BackendError,
  type Store,
  type StoreOptions,
  type VariableOwner,
  type VariableSpec,
} from "@metrigrad/tensor";
import type { Device } from "./device.ts";
import { GpuStore } from "./store.ts";

/** The WebGPU backend; made by `gpu`. */
export class WebGpuBackend implements Backend {
  readonly name = "gpu";
  readonly mode = "webgpu";
  readonly floats = ["f32"] as const;
  private readonly device: Device;
  private readonly stores = new Set<GpuStore>();

  constructor(device: Device) {
    this.device = device;
  }

  describe(): string {
    return `gpu: webgpu (${this.device.description}); all steps run there`;
  }

  async store(
    owner: VariableOwner | readonly VariableSpec[],
    options: StoreOptions = {},
  ): Promise<Store> {
    this.device.check("backend.store");
    const { float = "f32", seed = 0 } = options;
    if (float !== "f32") {
      throw refused("float must be f32", float, "use the reference backend for float64");
    }
    if (seed >>> 0 !== seed) {
      throw refused("seed must be an unsigned 32-bit integer", String(seed), "pass 0 … 2³²−1");
    }
    const store = new GpuStore(this, this.device, seed, (closed) => this.stores.delete(closed));
    this.stores.add(store);
    try {
      await store.add("variables" in owner ? owner.variables : owner);
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  async close(): Promise<void> {
    for (const store of this.stores) await store.close();
    this.stores.clear();
    this.device.close();
  }
}

function refused(must: string, got: string, todo: string): BackendError {
  return new BackendError({ where: "gpu, backend.store", must, got, todo });
}
