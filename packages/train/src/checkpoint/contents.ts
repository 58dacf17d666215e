import {
  type SafetensorsLayout,
  safetensorsLayout,
  type TensorEntry,
  tensorBytes,
} from "@metrigrad/data";
import { DataError, GraphError, type Store, storedType, type Tensor } from "@metrigrad/tensor";
import { hashed, sha256 } from "../files/sha256.ts";
import type { PartFile } from "../files/wholeFile.ts";
import { checksumKey, noChecksum, setChecksum } from "./checksum.ts";
import { rolesKey, type StoredRole } from "./roles.ts";

/** The content of a checkpoint: its layout, and a function that reads its tensors one by one. */
export interface Contents {
  readonly layout: SafetensorsLayout;
  read(name: string): Promise<Tensor>;
}

/** Best values of early stopping, by their names in the file. The store does not have them. */
export type BestValues = ReadonlyMap<string, Tensor>;

/** Returns the parameters and the state of a store, and the best values of early stopping. Data are left out. */
export function contentsOf(store: Store, best: BestValues = new Map()): Contents {
  const entries: TensorEntry[] = [];
  const roles: Record<string, StoredRole> = {};
  const specs = new Map(store.variables.map(({ path, spec }) => [path, spec]));
  if (specs.size === 0) throw nothingToSave();
  for (const [path, { role, shape, type }] of specs) {
    if (role === "data") continue;
    entries.push({ name: path, shape, dtype: storedType(type, store.float) });
    roles[path] = role;
  }
  for (const [name, { dtype, shape }] of best) {
    entries.push({ name, dtype, shape });
    roles[name] = "best";
  }
  // The checksum comes first, so that its place is known.
  const metadata = { [checksumKey]: noChecksum, [rolesKey]: JSON.stringify(roles) };
  const read = async (name: string) => {
    const spec = specs.get(name);
    return spec === undefined ? (best.get(name) as Tensor) : store.read(spec);
  };
  return { layout: safetensorsLayout(entries, metadata), read };
}

/** The file would have no tensors, and would take the place of one that has. */
function nothingToSave(): GraphError {
  return new GraphError({
    where: "checkpoint",
    must: "the store must have variables",
    got: "none",
    todo: "save before you close the run or the store; a closed one has nothing",
  });
}

/**
 * Writes a checkpoint tensor by tensor, with one tensor in memory at a time. The tensors are read twice, since the
 * checksum comes before them in the file.
 */
export async function writeContents(file: PartFile, { layout, read }: Contents): Promise<void> {
  const { header, order } = layout;
  const own = sha256();
  own.update(header);
  for (const { name } of order) await hashed(own, tensorBytes(await read(name)));
  setChecksum(header, own.digest());
  await file.write(header);
  for (const { name } of order) await file.write(tensorBytes(await read(name)));
}

/** Returns the bytes of a checkpoint in memory. */
export async function contentBytes({ layout, read }: Contents): Promise<Uint8Array> {
  const { header, order, bytes } = layout;
  const file = room(bytes);
  file.set(header);
  let at = header.length;
  for (const { name } of order) {
    const elements = tensorBytes(await read(name));
    file.set(elements, at);
    at += elements.length;
  }
  const own = sha256();
  await hashed(own, file);
  setChecksum(file, own.digest());
  return file;
}

function room(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new DataError({
      where: "checkpointBytes",
      must: "the bytes must fit into one array",
      got: `${bytes} bytes`,
      todo: "write them to a file: await saveCheckpoint(store, path)",
    });
  }
}
