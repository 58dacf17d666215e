import type { Backend, Store, StoreOptions } from "../backend/backend.ts";
import { checkStoreOptions, closedError } from "../backend/storeRules.ts";
import type { Variables } from "../backend/variable.ts";
import type { FloatType } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import { checkNames } from "../names.ts";
import { hostStore } from "./store.ts";

/**
 * Options of {@link reference}.
 *
 * @category Backends
 */
export interface ReferenceOptions {
  /** The float type of stores that do not choose one; `"f64"` by default. */
  readonly float?: FloatType;
}

/**
 * Makes the reference backend. It runs plain loops over ndarrays on the host, and is the yardstick of the fast backends.
 *
 * It computes in float64 and rounds when it writes an f32 buffer. Memory that no step of a run wrote reads as NaN, so that a
 * wrong plan shows.
 *
 * @param options - The float type of its stores.
 * @returns Resolves to the backend.
 * @throws {@link BackendError} if an option is unknown, or if the float type is neither "f32" nor "f64".
 * @category Backends
 */
export async function reference(options: ReferenceOptions = {}): Promise<Backend> {
  checkNames("reference", options, ["float"], BackendError);
  const { float: own = "f64" } = options;
  if (own !== "f32" && own !== "f64") {
    throw new BackendError({
      where: "reference({ float })",
      must: 'float must be "f32" or "f64"',
      got: JSON.stringify(own) ?? String(own),
      todo: "leave the option out for 64 bits",
    });
  }
  const floats: readonly FloatType[] = own === "f64" ? ["f64", "f32"] : ["f32", "f64"];
  const stores = new Set<Store>();
  let open = true;
  const backend: Backend = Object.freeze({
    name: "reference",
    floats,
    describe: () =>
      "reference: loops over ndarrays on the host, float64 arithmetic, f64 or f32 stores",
    store: async (variables: Variables, options: StoreOptions = {}) => {
      const { seed = 0, float = own, ...naming } = options;
      if (!open) throw closedError("reference, backend.store", "backend");
      checkStoreOptions("reference", { seed, float, ...naming }, floats);
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
