import {
  type Backend,
  checkStoreOptions,
  type FloatType,
  type Store,
  type StoreOptions,
  type Variables,
} from "@metrigrad/tensor";
import type { Device } from "./device.ts";
import { CpuStore } from "./store.ts";

/** The WebAssembly backend; made by `cpu`. */
export class CpuBackend implements Backend {
  readonly name = "cpu";
  readonly floats: readonly [FloatType, FloatType];
  private readonly device: Device;
  private readonly stores = new Set<CpuStore>();

  /** Makes the backend; `float` is the float type of stores that name none. */
  constructor(device: Device, float: FloatType) {
    this.device = device;
    this.floats = float === "f32" ? ["f32", "f64"] : ["f64", "f32"];
  }

  describe(): string {
    const { options, parts } = this.device;
    const { relaxed, shared } = options;
    const threads = parts === 1 ? "1 thread" : `${parts} threads`;
    const simd = relaxed ? "relaxed" : "plain";
    const megabytes = (this.device.heap.bytes / 1e6).toFixed(1);
    const memory = shared ? "shared memory" : "memory";
    const { library, why } = this.device.native;
    const vectors = library?.functions.includes("syevd") ? " and eigenvectors" : "";
    const steps = library
      ? `large products (in factors and solves too)${vectors} by ${library.name}, all other steps there`
      : `all steps run there${why === "" ? "" : `; no native library (${why})`}`;
    return `cpu: WebAssembly SIMD (${simd}), ${threads}, ${megabytes} MB of ${memory} in use; ${steps}`;
  }

  async store(variables: Variables, options: StoreOptions = {}): Promise<Store> {
    this.device.check("backend.store");
    const { float = this.floats[0], seed = 0, ...naming } = options;
    checkStoreOptions("cpu", { seed, float, ...naming }, this.floats);
    const store = new CpuStore(this, this.device, float, seed, (closed) =>
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
    await this.device.close();
  }
}
