import { type ByteSource, type OpenSafetensors, openSafetensors } from "@metrigrad/data";
import {
  checkHolds,
  DataError,
  type DType,
  isTensor,
  type NamedVariable,
  pause,
  type Store,
  sameShape,
  showShape,
  sizeOf,
  storedType,
  type Tensor,
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
 * Tensors by path may take the place of a file, for example those of `readNpz` or `fromTorch`. Their paths must be those of the
 * store's variables or of an optimizer's state, so add the model first.
 *
 * {@includeCode ../../../../examples/api/train/loadCheckpoint.ts#example}
 *
 * @param from - The path of a file (for Node only), its bytes, or tensors by path.
 * @param store - The store.
 * @param options - What to load, and under which paths. By default all is loaded, and the file must have every
 *   parameter of the store.
 * @throws {@link DataError} if the file is damaged, altered or of another model, or if an option does not fit it. Also if
 *   the store has no variable for a tensor. The store is then as before.
 * @throws {@link GraphError} if `from` is a path and there is no file system.
 * @category Train: files and reports
 */
export async function loadCheckpoint(
  from: string | Uint8Array | ReadonlyMap<string, Tensor>,
  store: Store,
  options: LoadOptions = {},
): Promise<void> {
  if (from instanceof Map) {
    return loadValues(tensorsCheckpoint(from), store, options, "loadCheckpoint(tensors)");
  }
  if (typeof from !== "string" && !(from instanceof Uint8Array)) throw noSource(from);
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

/** Returns tensors by path in the form of a checkpoint. */
function tensorsCheckpoint(tensors: ReadonlyMap<string, Tensor>): Loadable {
  for (const [name, value] of tensors) if (!isTensor(value)) throw noSource({ [name]: value });
  const roles = [...tensors.keys()].map((name) => {
    return [name, isRunState(name) ? "state" : null] as const;
  });
  const read = async (name: string) => tensors.get(name) as Tensor;
  return { file: { metadata: {}, entries: tensors, read }, roles: new Map(roles) };
}

function noSource(got: unknown): DataError {
  const record = typeof got === "object" && got !== null;
  return new DataError({
    where: "loadCheckpoint",
    must: "it must be given a path, bytes, or a Map of tensors",
    got: record ? `{ ${Object.keys(got).slice(0, 3).join(", ")} }` : String(got),
    todo: "make a Map of a record: new Map(Object.entries(tensors))",
  });
}

/** A value of a file, and the variable of the store that gets it. */
interface Value {
  /** The name in the file. */
  readonly name: string;
  readonly spec: VariableSpec;
}

/** Tensors that the store takes. The role is null if only the store can know it. */
type Loadable = Pick<OpenCheckpoint, "file"> & {
  readonly roles: ReadonlyMap<string, StoredRole | null>;
};

/** Puts the values of a checkpoint into a store. Throws DataError before anything changes. */
export function loadValues(
  { file, roles }: Loadable,
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
      const role = roles.get(name) as VariableRole | null;
      const spec = known.get(path) ?? (role === null ? null : heldSpec(path, entry, role));
      if (spec === null) {
        throw refused(
          where,
          "each path must be that of a variable of the store",
          `${path}, which it lacks`,
        );
      }
      // Files hold halves, which are read as floats.
      const isHalf = spec.type === "f16" && type === "float";
      if ((spec.type !== type && !isHalf) || !sameShape(spec.shape, entry.shape)) {
        const must = `${path} must be ${spec.type} ${showShape(spec.shape)}`;
        throw refused(where, must, `${type} ${showShape(entry.shape)}`);
      }
      // Floats may be too large for fewer bits.
      const home = storedType(spec.type, store.float);
      if (home === "f16" || (entry.dtype === "f64" && home === "f32")) {
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
