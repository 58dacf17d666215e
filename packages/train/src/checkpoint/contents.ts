import {
  type SafetensorsLayout,
  safetensorsLayout,
  type TensorEntry,
  tensorBytes,
} from "@metrigrad/data";
import { DataError, type Store, storedType, type Tensor } from "@metrigrad/tensor";
import { sha256 } from "../files/sha256.ts";
import type { PartFile } from "../files/wholeFile.ts";
import { checksumKey, noChecksum, setChecksum } from "./checksum.ts";
import { rolesKey, type StoredRole } from "./roles.ts";

/** What a checkpoint holds: its layout, and its tensors one by one. */
export interface Contents {
  readonly layout: SafetensorsLayout;
  read(name: string): Promise<Tensor>;
}

/** Values beside those of the store, by their names in the file. */
export type BestValues = ReadonlyMap<string, Tensor>;

/** Parameters and state of a store, and the best values of early stopping; data are left out. */
export function contentsOf(store: Store, best: BestValues = new Map()): Contents {
  const entries: TensorEntry[] = [];
  const roles: Record<string, StoredRole> = {};
  const specs = new Map(store.variables.map(({ path, spec }) => [path, spec]));
  for (const [path, { role, shape, type }] of specs) {
    if (role === "data") continue;
    entries.push({ name: path, shape, dtype: storedType(type, store.float) });
    roles[path] = role;
  }
  for (const [name, { dtype, shape }] of best) {
    entries.push({ name, dtype, shape });
    roles[name] = "best";
  }
  // The checksum stands first, so that its place is known.
  const metadata = { [checksumKey]: noChecksum, [rolesKey]: JSON.stringify(roles) };
  const read = async (name: string) => {
    const spec = specs.get(name);
    return spec === undefined ? (best.get(name) as Tensor) : store.read(spec);
  };
  return { layout: safetensorsLayout(entries, metadata), read };
}

/**
 * Writes a checkpoint tensor by tensor: one of them is in memory at a time. They are read twice, since the checksum stands
 * before them.
 */
export async function writeContents(file: PartFile, { layout, read }: Contents): Promise<void> {
  const { header, order } = layout;
  const own = sha256();
  own.update(header);
  for (const { name } of order) own.update(tensorBytes(await read(name)));
  setChecksum(header, own.digest());
  await file.write(header);
  for (const { name } of order) await file.write(tensorBytes(await read(name)));
}

/** A checkpoint in memory. */
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
  own.update(file);
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
