import { GraphError } from "@metrigrad/tensor";
import { withSource } from "../checkpoint/source.ts";
import type { FileSystem } from "./fileSystem.ts";
import type { Folder } from "./folder.ts";
import { isAlive, isDead, partName, partOf } from "./partName.ts";
import { sha256Of } from "./sha256.ts";
import { readyFile, syncFolder } from "./wholeFile.ts";

const used = new Set<string>();

/** Returns a folder of the file system. */
export function diskFolder(where: string, files: FileSystem, given: string): Folder {
  const { fs, promises, path } = files;
  const folder = path.resolve(given);
  const at = (file: string) => path.join(folder, file);
  const remove = (file: string) => promises.rm(at(file), { force: true });
  let lock: string | null = null;
  return {
    name: given,
    pathOf: at,
    claim: async () => {
      if (used.has(folder)) throw taken(where, given, "a run that has not ended");
      used.add(folder);
      try {
        await promises.mkdir(folder, { recursive: true });
        await syncFolder(files, path.dirname(folder));
        // The name has the folder in it, since a folder may be copied while a run writes there.
        const name = lockName(fs.realpathSync(folder));
        lock = partName(at(name), files);
        fs.writeFileSync(lock, "", { flag: "wx" });
        const own = path.basename(lock);
        const others = fs.readdirSync(folder).filter((one) => lockPattern.test(partOf(one) ?? ""));
        const other = others.find(
          (one) => one !== own && partOf(one) === name && isAlive(one, files),
        );
        if (other !== undefined) {
          throw taken(where, given, `process ${processOf(other)}, which has not ended`);
        }
        for (const one of others) if (one !== own) await remove(one);
      } catch (error) {
        release();
        throw error;
      }
    },
    release,
    list: async () => namesIn(where, files, folder),
    // Processes of other machines are not seen.
    alone: false,
    isDead: (file) => isDead(file, files),
    read: (file, use) => withSource(at(file), where, use),
    ready: (file, write) => readyFile(files, at(file), write),
    sync: () => syncFolder(files, folder),
    remove,
    removeBoth: async (manifest, other) => {
      // While tensors have no manifest, this file says which process is about to remove them.
      const part = partName(at(manifest), files);
      await promises.rename(at(manifest), part);
      await remove(other);
      await promises.rm(part, { force: true });
    },
  };

  function release(): void {
    used.delete(folder);
    if (lock !== null) fs.rmSync(lock, { force: true });
    lock = null;
  }
}

/** Returns the names of the files in a folder. A missing folder is empty. Throws GraphError. */
export function namesIn(where: string, { fs }: FileSystem, folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new GraphError({
      where,
      must: "folder must be a folder that can be read",
      got: (error as Error).message,
      todo: "choose another one",
    });
  }
}

const lockPattern = /^run-[0-9a-f]{8}$/;

function lockName(folder: string): string {
  return `run-${sha256Of(folder).slice(0, 8)}`;
}

/** Returns the number of the process that made a temporary file. */
function processOf(file: string): string {
  return /\.(\d+)-[^.]+\.part$/.exec(file)?.[1] ?? "";
}

/** The error for a folder that another run uses. */
export function taken(where: string, folder: string, user: string): GraphError {
  return new GraphError({
    where,
    must: "a folder holds the checkpoints of one run at a time",
    got: `${folder}, which is used by ${user}`,
    todo: "await that run or close it, or choose another folder",
  });
}
