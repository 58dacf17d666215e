import { readSafetensors } from "@metrigrad/data";
import {
  DataError,
  type Store,
  sameShape,
  showShape,
  type VariableRole,
  type VariableSpec,
  valueTypeOf,
} from "@metrigrad/tensor";
import { rolesOf } from "./roles.ts";

/**
 * Reads a checkpoint into a store: values that the store has are replaced, others are added, so that
 * a run with this store goes on where the saved one was. The store's float type stays. For Node only.
 * Throws DataError for a file that is damaged or of another model, and then changes nothing.
 */
export async function loadCheckpoint(path: string, store: Store): Promise<void> {
  const where = `loadCheckpoint(${path})`;
  const file = readSafetensors(await bytesOf(path, where), { name: path });
  const roles = rolesOf(file, where);
  const known = new Map(store.variables.map((spec) => [spec.name, spec]));
  for (const { name, role } of known.values()) {
    if (role === "parameter" && !file.tensors.has(name)) {
      throw refused(where, "the file must have every parameter of the store", `none for ${name}`);
    }
  }
  const added: VariableSpec[] = [];
  for (const [name, value] of file.tensors) {
    const type = valueTypeOf(value.dtype);
    const spec = known.get(name);
    if (spec === undefined) {
      const role = roles.get(name) as VariableRole;
      added.push({ name, shape: value.shape, type, role, init: () => value.data() });
    } else if (spec.type !== type || !sameShape(spec.shape, value.shape)) {
      const must = `${name} must be ${spec.type} ${showShape(spec.shape)}`;
      throw refused(where, must, `${type} ${showShape(value.shape)}`);
    }
  }
  await store.add(added);
  for (const [name, value] of file.tensors) if (known.has(name)) await store.write(name, value);
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
