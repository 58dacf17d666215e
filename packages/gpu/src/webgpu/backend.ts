import {
  type Backend,
  checkStoreOptions,
  type Store,
  type StoreOptions,
  type Variables,
} from "@metrigrad/tensor";
import type { Device } from "./device.ts";
import { GpuStore } from "./store.ts";
import { Tuner } from "./tuner.ts";

/** The WebGPU backend; made by `gpu`. */
export class WebGpuBackend implements Backend {
  readonly name = "gpu";
  readonly mode = "webgpu";
  readonly floats = ["f32"] as const;
  private readonly device: Device;
  private readonly tuner: Tuner | null;
  private readonly stores = new Set<GpuStore>();

  /** Makes the backend; with `tune` it measures how products are computed fastest. */
  constructor(device: Device, { tune = false }: { readonly tune?: boolean } = {}) {
    this.device = device;
    this.tuner = tune ? new Tuner(device) : null;
  }

  describe(): string {
    const tuned = this.tuner === null ? "" : `; ${this.tuner.describe()}`;
    return `gpu: webgpu (${this.device.description}); all steps run there${tuned}`;
  }

  async store(variables: Variables, options: StoreOptions = {}): Promise<Store> {
    this.device.check("backend.store");
    const { float = "f32", seed = 0, ...naming } = options;
    checkStoreOptions("gpu", { seed, float, ...naming }, this.floats);
    const store = new GpuStore(this, { device: this.device, tuner: this.tuner }, seed, (closed) =>
      this.stores.delete(closed),
    );
    this.stores.add(store);
    try {
      await store.add(variables, naming);
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
