import type { AnyModule } from "@metrigrad/nn";
import { type Backend, type FloatType, GraphError, type Store } from "@metrigrad/tensor";
import { checkStored } from "../step/context.ts";

/** The place where a run computes. */
export interface Place {
  readonly backend?: Backend | Promise<Backend> | (() => Backend | Promise<Backend>);
  readonly store?: Store;
  readonly seed: number;
  /** The float type of a new store on a backend; the backend's own by default. */
  readonly float?: (backend: Backend) => FloatType;
}

/** The modules of a run, each with the name that its paths begin with. */
export type NamedModules = readonly (readonly [name: string | null, module: AnyModule])[];

const running = new WeakSet<Store>();

/**
 * Marks a store as used by a run, and returns a function that frees it. Throws GraphError if another run uses the
 * store.
 */
export function claimStore(where: string, store: Store): () => void {
  if (running.has(store)) {
    throw new GraphError({
      where,
      must: "a store may be trained by one run at a time",
      got: "another run that has not ended",
      todo: "await it, close it, or use a store of its own",
    });
  }
  running.add(store);
  return () => void running.delete(store);
}

/** Returns the store of a run: the given one, or a new one. Throws GraphError. */
export async function storeOf(where: string, modules: NamedModules, place: Place): Promise<Store> {
  const { store, seed } = place;
  if (store !== undefined) {
    for (const [, module] of modules) checkStored(where, module, store);
    return store;
  }
  const device = await backendOf(where, place.backend);
  const options = place.float === undefined ? { seed } : { seed, float: place.float(device) };
  const made = await device.store([], options);
  try {
    for (const [name, module] of modules) await made.add(module, name === null ? {} : { name });
  } catch (error) {
    await made.close();
    throw error;
  }
  return made;
}

/** Returns the given backend. Throws GraphError if the value is not one. */
export async function backendOf(where: string, given: Place["backend"]): Promise<Backend> {
  const device = (await (typeof given === "function" ? given() : given)) as Backend;
  if (typeof device?.store === "function") return device;
  throw new GraphError({
    where,
    must: "backend must be one, a promise of one, or a function that makes one",
    got: typeof device,
    todo: "call it: { backend: await reference() }",
  });
}
