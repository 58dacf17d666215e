import { type ByteSource, type OpenSafetensors, openSafetensors } from "@metrigrad/data";
import {
  checkHolds,
  DataError,
  type DType,
  type NamedVariable,
  pause,
  type Store,
  sameShape,
  showShape,
  sizeOf,
  storedType,
  tensor,
  type VariableRole,
  type VariableSpec,
  valueTypeOf,
} from "@metrigrad/tensor";
import { forgetCounts } from "../step/openSteps.ts";
import { isRunState } from "../step/slots.ts";
import { storeTurn } from "../step/storeTurns.ts";
import { checkContent } from "./checksum.ts";
import { chosenPaths, type LoadOptions } from "./choice.ts";
import { rolesOf, type StoredRole } from "./roles.ts";
import { withSource } from "./source.ts";

/**
 * Reads a checkpoint into a store. Training with this store then goes on from the saved state.
 *
 * Values are found by path. Values that the store already has are replaced. Others wait for variables that you add
 * later with their path, such as a model by `store.add(model)`. If the state of optimizers and the count of random
 * draws are not loaded, they begin afresh. The store's float type stays. The file is read tensor by tensor, and its
 * checksum is checked first.
 *
 * {@includeCode ../../../../examples/api/train/loadCheckpoint.ts#example}
 *
 * @param from - The path of a file (for Node only), or its bytes.
 * @param store - The store.
 * @param options - What to load, and under which paths. By default all is loaded, and the file must have every
 *   parameter of the store.
 * @throws {@link DataError} if the file is damaged, altered or of another model, or if an option does not fit it. The
 *   store is then as before.
 * @throws {@link GraphError} if `from` is a path and there is no file system.
 * @category Train: files and reports
 */
export async function loadCheckpoint(
  from: string | Uint8Array,
  store: Store,
  options: LoadOptions = {},
): Promise<void> {
  const title = typeof from === "string" ? from : "bytes";
  const where = `loadCheckpoint(${title})`;
  await withSource(from, where, async (source) => {
    const checkpoint = await openCheckpoint(source, title, where);
    await checkContent(source, checkpoint.file.metadata, where);
    await loadValues(checkpoint, store, options, where);
  });
}

/** A checkpoint whose header is read. */
export interface OpenCheckpoint {
  readonly file: OpenSafetensors;
  readonly roles: ReadonlyMap<string, StoredRole>;
}

/** Opens a checkpoint. Throws DataError if the file is not one. */
export async function openCheckpoint(
  source: ByteSource,
  title: string,
  where: string,
): Promise<OpenCheckpoint> {
  const file = await openSafetensors(source, { name: title });
  return { file, roles: rolesOf(file.entries.keys(), file.metadata, where) };
}

/** A value of a file, and the variable of the store that gets it. */
interface Value {
  /** The name in the file. */
  readonly name: string;
  readonly spec: VariableSpec;
}

/** Puts the values of a checkpoint into a store. Throws DataError before anything changes. */
export function loadValues(
  { file, roles }: OpenCheckpoint,
  store: Store,
  options: LoadOptions,
  where: string,
): Promise<void> {
  return storeTurn(store, async () => {
    const names = [...roles].flatMap(([name, role]) => (role === "best" ? [] : [name]));
    const chosen = chosenPaths(names, options, where);
    const known = new Map(store.variables.map(({ path, spec }) => [path, spec]));
    const loaded = new Set(chosen.values());
    if (options.only === undefined) checkComplete(known, loaded, where);
    const values: Value[] = [];
    const added: VariableSpec[] = [];
    for (const [name, path] of chosen) {
      const entry = file.entries.get(name) as { dtype: DType; shape: readonly number[] };
      const type = valueTypeOf(entry.dtype);
      const spec = known.get(path) ?? heldSpec(path, entry, roles.get(name) as VariableRole);
      if (spec.type !== type || !sameShape(spec.shape, entry.shape)) {
        const must = `${path} must be ${spec.type} ${showShape(spec.shape)}`;
        throw refused(where, must, `${type} ${showShape(entry.shape)}`);
      }
      // Floats of 64 bits may be too large for a store of 32 bits.
      const home = storedType(type, store.float);
      if (entry.dtype === "f64" && home === "f32") {
        checkHolds(`${where}, ${path}`, await file.read(name), home);
      }
      if (!known.has(path)) added.push(spec);
      values.push({ name, spec });
    }
    await store.add(added);
    for (const { name, spec } of values) {
      await store.write(spec, await file.read(name));
      await pause();
    }
    const lost = store.variables.filter(({ path }) => isRunState(path) && !loaded.has(path));
    // A held value, from a file that was loaded before, has no initial value.
    await store.remove(lost.filter(({ spec }) => spec.held !== undefined));
    for (const one of lost) if (one.spec.held === undefined) await begin(one, store);
    forgetCounts(store);
  });
}

function checkComplete(
  known: ReadonlyMap<string, VariableSpec>,
  loaded: ReadonlySet<string>,
  where: string,
): void {
  const lacking = [...known].find(([path, spec]) => {
    return spec.role === "parameter" && spec.held === undefined && !loaded.has(path);
  });
  if (lacking === undefined) return;
  const must = "the file must have every parameter of the store";
  throw refused(where, must, `none for ${lacking[0]}`);
}

/** Returns a place for a value that waits for the variable of its path. Its numbers are written afterwards. */
function heldSpec(
  path: string,
  { dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] },
  role: VariableRole,
): VariableSpec {
  const init = () => new Uint8Array(sizeOf(shape));
  return Object.freeze({ path, shape, type: valueTypeOf(dtype), role, init, held: true });
}

/** Gives a variable its initial value. */
async function begin({ path, spec }: NamedVariable, store: Store): Promise<void> {
  const { shape, init } = spec;
  const values = Float64Array.from(init({ path, seed: store.seed, shape }));
  await store.write(spec, tensor(values, { shape }));
}

function refused(where: string, must: string, got: string): DataError {
  return new DataError({
    where,
    must,
    got,
    todo: "load it into a store of the model that it was saved from, or choose by { only, rename }",
  });
}
