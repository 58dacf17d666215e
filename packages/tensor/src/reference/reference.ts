import type { Backend, Store, StoreOptions } from "../backend/backend.ts";
import { checkStoreOptions, closedError } from "../backend/storeRules.ts";
import type { Variables } from "../backend/variable.ts";
import type { FloatType } from "../dtype.ts";
import { hostStore } from "./store.ts";

const floats: readonly FloatType[] = ["f64", "f32"];

/**
 * The reference backend: loops over ndarrays on the host, slow, plain and the yardstick of the
 * others. It computes in float64 and rounds where an f32 buffer is written. Memory that no step of a
 * run wrote reads as NaN, so that a wrong plan shows.
 */
export async function reference(): Promise<Backend> {
  const stores = new Set<Store>();
  let open = true;
  const backend: Backend = Object.freeze({
    name: "reference",
    floats,
    describe: () =>
      "reference: loops over ndarrays on the host, float64 arithmetic, f64 or f32 stores",
    store: async (variables: Variables, options: StoreOptions = {}) => {
      const { seed = 0, float = "f64", ...naming } = options;
      if (!open) throw closedError("reference, backend.store", "backend");
      checkStoreOptions("reference", { seed, float }, floats);
      const store = hostStore(backend, seed, float);
      await store.add(variables, naming);
      stores.add(store);
      return store;
    },
    close: async () => {
      open = false;
      for (const store of stores) await store.close();
      stores.clear();
    },
  });
  return backend;
}
