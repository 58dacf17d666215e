import { readSafetensors } from "@metrigrad/data";
import { rngState } from "@metrigrad/graph";
import {
  checkHolds,
  DataError,
  type NamedVariable,
  type Store,
  sameShape,
  showShape,
  storedType,
  type Tensor,
  tensor,
  type VariableRole,
  type VariableSpec,
  valueTypeOf,
} from "@metrigrad/tensor";
import { forgetCounts } from "../step/openSteps.ts";
import { slotOwner } from "../step/slots.ts";
import { rolesOf } from "./roles.ts";

/**
 * Reads a checkpoint into a store, so that training with this store goes on where the saved one was. Values are
 * found by path: those that the store has are replaced; others are kept for the variables that are added later with
 * their path, such as a model by `store.add(model)`. An optimizer's state and the count of random draws begin afresh
 * where the file lacks them. The store's float type stays.
 * @param from - The path of a file (for Node only), or its bytes.
 * @param store - The store.
 * @throws DataError for what is damaged or of another model; the store is then as before
 */
export async function loadCheckpoint(from: string | Uint8Array, store: Store): Promise<void> {
  const name = typeof from === "string" ? from : "bytes";
  const where = `loadCheckpoint(${name})`;
  const bytes = typeof from === "string" ? await bytesOf(from, where) : from;
  const file = readSafetensors(bytes, { name });
  const roles = rolesOf(file, where);
  const known = new Map(store.variables.map(({ path, spec }) => [path, spec]));
  const lacking = [...known].find(([path, spec]) => {
    return spec.role === "parameter" && spec.held === undefined && !file.tensors.has(path);
  });
  if (lacking !== undefined) {
    throw refused(
      where,
      "the file must have every parameter of the store",
      `none for ${lacking[0]}`,
    );
  }
  const added: VariableSpec[] = [];
  const written: (readonly [spec: VariableSpec, value: Tensor])[] = [];
  for (const [path, value] of file.tensors) {
    const type = valueTypeOf(value.dtype);
    checkHolds(`${where}, ${path}`, value, storedType(type, store.float));
    const spec = known.get(path);
    if (spec === undefined) {
      added.push(heldSpec(path, value, roles.get(path) as VariableRole));
    } else if (spec.type !== type || !sameShape(spec.shape, value.shape)) {
      const must = `${path} must be ${spec.type} ${showShape(spec.shape)}`;
      throw refused(where, must, `${type} ${showShape(value.shape)}`);
    } else {
      written.push([spec, value]);
    }
  }
  await store.add(added);
  for (const [spec, value] of written) await store.write(spec, value);
  const lost = store.variables.filter(({ path }) => goesOn(path) && !file.tensors.has(path));
  // A value that an earlier file left has nothing to begin from.
  await store.remove(lost.filter(({ spec }) => spec.held !== undefined));
  for (const one of lost) if (one.spec.held === undefined) await begin(one, store);
  forgetCounts(store);
}

/** Whether a path is that of state of a run, which begins afresh where a file lacks it. */
function goesOn(path: string): boolean {
  return slotOwner(path) !== null || path === rngState.attrs.path;
}

/** A value that waits for the variable of its path. */
function heldSpec(path: string, value: Tensor, role: VariableRole): VariableSpec {
  const { shape, dtype } = value;
  const init = () => value.data();
  return Object.freeze({ path, shape, type: valueTypeOf(dtype), role, init, held: true });
}

/** Gives a variable its initial value. */
async function begin({ path, spec }: NamedVariable, store: Store): Promise<void> {
  const { shape, init } = spec;
  const values = Float64Array.from(init({ path, seed: store.seed, shape }));
  await store.write(spec, tensor(values, { shape }));
}

async function bytesOf(path: string, where: string): Promise<Uint8Array> {
  try {
    // No import, which bundlers for browsers would follow.
    return await process.getBuiltinModule("node:fs/promises").readFile(path);
  } catch (error) {
    throw new DataError({
      where,
      must: "the file must be readable",
      got: (error as Error).message,
      todo: "check the path",
    });
  }
}

function refused(where: string, must: string, got: string): DataError {
  return new DataError({
    where,
    must,
    got,
    todo: "load it into a store of the model that it was saved from",
  });
}
