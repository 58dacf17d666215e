import type { Backend, Store } from "../backend/backend.ts";
import type { Executable } from "../backend/executable.ts";
import { checkPlanFloat, checkWritten, closedError, initialValue } from "../backend/storeRules.ts";
import { UsedVariables } from "../backend/usedVariables.ts";
import { VariableTable } from "../backend/variableTable.ts";
import { convert, tensor } from "../create.ts";
import { type DType, type FloatType, storedType, type TypedArray } from "../dtype.ts";
import { convertElements } from "../elements.ts";
import { BackendError } from "../errors.ts";
import type { BufferSpec } from "../plan/plan.ts";
import { sizeOf } from "../shape.ts";
import { executable } from "./executable.ts";
import type { HostSteps } from "./kernel.ts";
import { hostSteps } from "./kernels.ts";

/**
 * Makes an empty store in host memory.
 *
 * @param backend - The backend that the store belongs to.
 * @param seed - The seed, an unsigned 32-bit integer.
 * @param float - The float type.
 * @param steps - Makes what runs the steps of one executable; {@link hostSteps} by default.
 * @returns The store.
 * @nothrow
 * @category For authors of backends
 */
export function hostStore(
  backend: Backend,
  seed: number,
  float: FloatType,
  steps: () => HostSteps = () => hostSteps,
): Store {
  const table = new VariableTable<TypedArray>("reference store");
  const executables = new Map<Executable, UsedVariables>();
  let open = true;
  const check = (where: string) => {
    if (!open) throw closedError(`reference ${where}`, "store");
  };

  return Object.freeze({
    backend,
    seed,
    float,
    get bytes() {
      return table.all.reduce((sum, { home }) => sum + home.byteLength, 0);
    },
    get variables() {
      return table.named;
    },
    has: (variable) => table.has(variable),
    pathOf: (spec) => table.pathOf(spec),
    add: async (variables, { name } = {}) => {
      check("store.add");
      const addition = table.plan(variables, name);
      const made = addition.fresh.map((one) => [one, initialValue(one, seed)] as const);
      table.makeRoom(addition);
      for (const [one, values] of made) {
        table.set(one, convertElements(values, storedType(one.spec.type, float)));
      }
    },
    remove: async (variables) => {
      check("store.remove");
      const gone = table.remove(variables);
      for (const used of executables.values()) used.removed(gone);
    },
    read: async (variable) => {
      check("store.read");
      const { spec, home } = table.find("read", variable);
      return tensor(home.slice(), { shape: spec.shape, dtype: storedType(spec.type, float) });
    },
    write: async (variable, value) => {
      check("store.write");
      const { path, spec, home } = table.find("write", variable);
      checkWritten(path, spec, value, float);
      home.set(convert(value, storedType(spec.type, float)).data());
    },
    view: (variable) => {
      check("store.view");
      return table.find("view", variable).home;
    },
    prepare: async (plan) => {
      check("store.prepare");
      checkPlanFloat("reference", plan.float, float);
      const used = new UsedVariables();
      const variable: Parameters<typeof executable>[1] = (asked, buffer) => {
        check("store.prepare");
        const { path, spec, home } = table.find("prepare", asked);
        used.add(spec);
        checkFits(path, storedType(spec.type, float), sizeOf(spec.shape), buffer);
        return home;
      };
      const made = await executable(plan, variable, steps(), used);
      executables.set(made, used);
      if (!open) await made.close();
      check("store.prepare");
      return made;
    },
    close: async () => {
      open = false;
      table.clear();
      for (const made of executables.keys()) await made.close();
      executables.clear();
    },
  } satisfies Store);
}

/** Throws BackendError unless a plan's buffer has the variable's size and stored type. */
function checkFits(path: string, dtype: DType, size: number, buffer: BufferSpec): void {
  if (buffer.dtype === dtype && buffer.size === size) return;
  throw new BackendError({
    where: `variable ${path}`,
    must: `the plan must see it as ${dtype}[${size}]`,
    got: `${buffer.dtype}[${buffer.size}]`,
    todo: "compile with the variables of this store",
  });
}
