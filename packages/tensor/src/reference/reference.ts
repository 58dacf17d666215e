import type { Backend, Store, StoreOptions } from "../backend/backend.ts";
import type { VariableOwner, VariableSpec } from "../backend/variable.ts";
import type { FloatType } from "../dtype.ts";
import { BackendError } from "../errors.ts";
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
    store: async (owner: VariableOwner | readonly VariableSpec[], options: StoreOptions = {}) => {
      const { seed = 0, float = "f64" } = options;
      if (!open)
        throw refused("the backend must be open", "a closed one", "call reference() again");
      if (seed >>> 0 !== seed) {
        throw refused("seed must be an unsigned 32-bit integer", String(seed), "pass 0 … 2³²−1");
      }
      if (!floats.includes(float)) {
        throw refused(
          `float must be one of ${floats.join(", ")}`,
          String(float),
          "choose one of these",
        );
      }
      const store = hostStore(backend, seed, float);
      await store.add("variables" in owner ? owner.variables : owner);
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

function refused(must: string, got: string, todo: string): BackendError {
  return new BackendError({ where: "reference store", must, got, todo });
}
