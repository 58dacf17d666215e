import {
  type Backend,
  BackendError,
  type Executable,
  type FloatType,
  type Plan,
  type Store,
  sizeOf,
  storageBytes,
  storedType,
  VariableTable,
} from "@metrigrad/tensor";

/** The settings of a phantom store. */
interface PhantomSettings {
  readonly backend: Backend;
  readonly float: FloatType;
  readonly seed: number;
}

/** Returns a store that knows its variables and has no values. Programs are planned on it, and take no memory. */
export function phantomStore({ backend, float, seed }: PhantomSettings): Store {
  const table = new VariableTable<null>("phantom store");
  return Object.freeze({
    backend,
    float,
    seed,
    get bytes() {
      return table.all.reduce(
        (sum, { spec }) => sum + sizeOf(spec.shape) * storageBytes[storedType(spec.type, float)],
        0,
      );
    },
    get variables() {
      return table.named;
    },
    has: (variable) => table.has(variable),
    pathOf: (spec) => table.pathOf(spec),
    add: async (variables, { name } = {}) => {
      const addition = table.plan(variables, name);
      table.makeRoom(addition);
      for (const one of addition.fresh) table.set(one, null);
    },
    remove: async (variables) => {
      table.remove(variables);
    },
    read: async () => noValues("read"),
    write: async () => noValues("write"),
    prepare: async (plan) => phantomProgram(plan),
    close: async () => table.clear(),
  } satisfies Store);
}

/** The bytes of a plan besides the variables: its arena, feeds, outputs and constants. */
export function planBytes({ arenaBytes, buffers }: Plan): number {
  const others = buffers.filter(({ place }) => !["arena", "variable"].includes(place.kind));
  return others.reduce((sum, { size, dtype }) => sum + size * storageBytes[dtype], arenaBytes);
}

function phantomProgram(plan: Plan): Executable {
  return { bytes: planBytes(plan), run: async () => noValues("run"), close: async () => {} };
}

function noValues(where: string): never {
  throw new BackendError({
    where: `phantom store, ${where}`,
    must: "the store must have values",
    got: "one that programs are planned on",
    todo: "take a store of a backend",
  });
}
