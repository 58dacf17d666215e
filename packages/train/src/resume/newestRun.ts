import type { OpenSafetensors } from "@metrigrad/data";
import { DataError, type Store, type Tensor } from "@metrigrad/tensor";
import { hashOf } from "../checkpoint/checksum.ts";
import { loadValues, openCheckpoint } from "../checkpoint/loadCheckpoint.ts";
import { withSource } from "../checkpoint/source.ts";
import type { FileSystem } from "../files/fileSystem.ts";
import { readManifest, type SavedRun } from "./manifest.ts";
import { listFolder } from "./names.ts";

/** A saved run that is whole. */
export interface FoundRun {
  readonly run: SavedRun;
  /** The path of its tensors. */
  readonly tensors: string;
}

const where = "fit, checkpoint";

/** Returns the newest whole checkpoint of a folder; null if there is none. Throws DataError if all are damaged. */
export async function newestRun(files: FileSystem, folder: string): Promise<FoundRun | null> {
  const damage: string[] = [];
  for (const { name } of listFolder(files, folder).checkpoints) {
    try {
      return await wholeRun(files, folder, name);
    } catch (error) {
      damage.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (damage.length === 0) return null;
  throw new DataError({
    where,
    must: `${folder} must have a whole checkpoint where it has some`,
    got: damage.join("; "),
    todo: "copy its files again, or move them away to begin",
  });
}

/** Returns the checkpoint of a name. Throws an Error if it is not whole. */
async function wholeRun(files: FileSystem, folder: string, name: string): Promise<FoundRun> {
  const { join } = files.path;
  const text = await files.promises.readFile(join(folder, `${name}.json`), "utf8");
  const { run, tensors } = readManifest(text);
  const path = join(folder, `${name}.safetensors`);
  await withSource(path, where, async (source) => {
    if (source.size !== tensors.bytes) {
      throw new Error(`${source.size} bytes of tensors in place of ${tensors.bytes}`);
    }
    if ((await hashOf(source)) !== tensors.sha256) {
      throw new Error("tensors with other bytes than the manifest says");
    }
  });
  return { run, tensors: path };
}

/** Puts a saved run into a store, and returns the best values of early stopping by path. Throws DataError. */
export async function loadRun(found: FoundRun, store: Store): Promise<ReadonlyMap<string, Tensor>> {
  return withSource(found.tensors, where, async (source) => {
    const checkpoint = await openCheckpoint(source, found.tensors, where);
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
