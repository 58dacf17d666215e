import type { OpenSafetensors } from "@metrigrad/data";
import { DataError, type Store, type Tensor } from "@metrigrad/tensor";
import { hashOf } from "../checkpoint/checksum.ts";
import { loadValues, openCheckpoint } from "../checkpoint/loadCheckpoint.ts";
import type { Folder } from "../files/folder.ts";
import { readManifest, type SavedRun } from "./manifest.ts";
import { listFolder } from "./names.ts";

/** A saved run that is whole. */
export interface FoundRun {
  readonly run: SavedRun;
  /** The name of its file of tensors. */
  readonly tensors: string;
}

const where = "fit, checkpoint";

/** Returns the newest whole checkpoint of a folder; null if there is none. Throws DataError if all are damaged. */
export async function newestRun(folder: Folder): Promise<FoundRun | null> {
  const damage: string[] = [];
  for (const { name } of listFolder(await folder.list(), folder.isDead).checkpoints) {
    try {
      return await wholeRun(folder, name);
    } catch (error) {
      damage.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (damage.length === 0) return null;
  throw new DataError({
    where,
    must: `${folder.name} must have a whole checkpoint where it has some`,
    got: damage.join("; "),
    todo: "copy its files again, or move them away to begin",
  });
}

/** Returns the checkpoint of a name. Throws an Error if it is not whole. */
async function wholeRun(folder: Folder, name: string): Promise<FoundRun> {
  const text = await folder.read(`${name}.json`, ({ read, size }) => read(0, size));
  const { run, tensors } = readManifest(new TextDecoder().decode(text));
  const file = `${name}.safetensors`;
  await folder.read(file, async (source) => {
    if (source.size !== tensors.bytes) {
      throw new Error(`${source.size} bytes of tensors in place of ${tensors.bytes}`);
    }
    if ((await hashOf(source)) !== tensors.sha256) {
      throw new Error("tensors with other bytes than the manifest says");
    }
  });
  return { run, tensors: file };
}

/** Puts a saved run into a store, and returns the best values of early stopping by path. Throws DataError. */
export async function loadRun(
  folder: Folder,
  { tensors }: FoundRun,
  store: Store,
): Promise<ReadonlyMap<string, Tensor>> {
  return folder.read(tensors, async (source) => {
    const checkpoint = await openCheckpoint(source, folder.pathOf(tensors), where);
    await loadValues(checkpoint, store, {}, where);
    return bestValues(checkpoint.file, [...checkpoint.roles]);
  });
}

/** The beginning of the names of the best values in a file. */
export const bestPrefix = "earlyStopping/";

async function bestValues(
  file: OpenSafetensors,
  roles: readonly (readonly [name: string, role: string])[],
): Promise<ReadonlyMap<string, Tensor>> {
  const values = new Map<string, Tensor>();
  for (const [name, role] of roles) {
    if (role === "best") values.set(name.slice(bestPrefix.length), await file.read(name));
  }
  return values;
}
