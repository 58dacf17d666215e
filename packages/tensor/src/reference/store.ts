import type { Backend, Store } from "../backend/backend.ts";
import type { Executable } from "../backend/executable.ts";
import { convert, tensor } from "../create.ts";
import { type FloatType, storedType } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import type { BufferSpec, Plan } from "../plan/plan.ts";
import { sameShape, showShape } from "../shape.ts";
import { executable } from "./executable.ts";
import type { HostSteps } from "./kernel.ts";
import { hostSteps } from "./kernels.ts";
import { checkFits, checkSame, initialise, type Variable } from "./variables.ts";

/** An empty store in host memory; `steps` makes what runs the steps of one executable. */
export function hostStore(
  backend: Backend,
  seed: number,
  float: FloatType,
  steps: () => HostSteps = () => hostSteps,
): Store {
  const variables = new Map<string, Variable>();
  const executables = new Set<Executable>();
  let open = true;

  const check = (where: string) => {
    if (!open) throw refused(where, "the store must be open", "a closed one", "make a new store");
  };
  const find = (where: string, name: string): Variable => {
    check(where);
    const found = variables.get(name);
    if (found !== undefined) return found;
    const names = [...variables.keys()].join(", ") || "no variables";
    throw refused(where, "the store must have the variable", name, `it has ${names}`);
  };

  return Object.freeze({
    backend,
    seed,
    float,
    get bytes() {
      return [...variables.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    },
    get variables() {
      return [...variables.values()].map(({ spec }) => spec);
    },
    has: (name) => variables.has(name),
    add: async (specs) => {
      check("store.add");
      const added = new Map(variables);
      for (const spec of specs) {
        const known = added.get(spec.name);
        if (known === undefined) added.set(spec.name, initialise(spec, seed, float));
        else checkSame(known.spec, spec);
      }
      for (const [name, variable] of added) variables.set(name, variable);
    },
    read: async (name) => {
      const { spec, data } = find("store.read", name);
      return tensor(data.slice(), { shape: spec.shape, dtype: storedType(spec.type, float) });
    },
    write: async (name, value) => {
      const { spec, data } = find("store.write", name);
      if (!sameShape(value.shape, spec.shape)) {
        const must = `variable ${name} must have shape ${showShape(spec.shape)}`;
        throw refused("store.write", must, showShape(value.shape), "pass a tensor of that shape");
      }
      data.set(convert(value, storedType(spec.type, float)).data());
    },
    prepare: async (plan) => {
      check("store.prepare");
      checkFloat(plan, float);
      const variable = (name: string, buffer: BufferSpec) => {
        const { spec, data } = find("store.prepare", name);
        checkFits(spec, storedType(spec.type, float), buffer);
        return data;
      };
      const made = await executable(plan, variable, steps());
      executables.add(made);
      if (!open) await made.close();
      check("store.prepare");
      return made;
    },
    close: async () => {
      open = false;
      variables.clear();
      for (const made of executables) await made.close();
      executables.clear();
    },
  } satisfies Store);
}

function checkFloat(plan: Plan, float: FloatType): void {
  if (plan.float === float) return;
  const todo = "compile the graph for this store";
  throw refused(
    "store.prepare",
    `the plan's floats must be ${float}, as the store's`,
    plan.float,
    todo,
  );
}

function refused(where: string, must: string, got: string, todo: string): BackendError {
  return new BackendError({ where: `reference ${where}`, must, got, todo });
}
