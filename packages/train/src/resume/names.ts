import { GraphError } from "@metrigrad/tensor";
import type { FileSystem } from "../files/fileSystem.ts";
import { isDead, partOf } from "../files/partName.ts";

/** Where in a run a checkpoint is. */
export interface RunPlace {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Batches of the next epoch that are done. */
  readonly batch: number;
}

/** A checkpoint in a folder: two files of one name. */
export interface NamedPlace extends RunPlace {
  /** "epoch-0003-batch-0000007": the manifest with the ending .json, the tensors with .safetensors. */
  readonly name: string;
}

/** What a folder holds. */
export interface FolderList {
  /** Those that have a manifest, the newest first. */
  readonly checkpoints: readonly NamedPlace[];
  /** Files of tensors that have no manifest, and that no run is known to have left: somebody may want them. */
  readonly strays: readonly string[];
  /** Files that runs left which are surely gone, in the order in which they may be removed. */
  readonly left: readonly string[];
}

const pattern = /^(epoch-(\d{4,})-batch-(\d{7,}))\.(json|safetensors)$/;

/** The name of a checkpoint. */
export function placeName({ epoch, batch }: RunPlace): string {
  return `epoch-${String(epoch).padStart(4, "0")}-batch-${String(batch).padStart(7, "0")}`;
}

/** Below 0 where the first one is newer. */
export function byNewest(a: RunPlace, b: RunPlace): number {
  return b.epoch - a.epoch || b.batch - a.batch;
}

/** Lists a folder; one that is missing has nothing. Files of other names are none of ours. */
export function listFolder(files: FileSystem, folder: string): FolderList {
  const names = namesIn(files, folder);
  const checkpoints = names
    .flatMap((file) => {
      const [, name, epoch, batch, ending] = pattern.exec(file) ?? [];
      if (name === undefined || ending !== "json") return [];
      return [{ name, epoch: Number(epoch), batch: Number(batch) }];
    })
    .sort(byNewest);
  const whole = new Set(checkpoints.map(({ name }) => name));
  const parts = names.filter((file) => pattern.test(partOf(file) ?? ""));
  const dead = parts.filter((file) => isDead(file, files));
  const lone = names.filter((file) => {
    const [, name = "", , , ending] = pattern.exec(file) ?? [];
    return ending === "safetensors" && !whole.has(name);
  });
  // A manifest is a temporary file before its tensors have their name and until they are removed: so it says whose they are.
  const partsOf = (file: string, among: readonly string[]) =>
    among.filter((part) => partOf(part) === file.replace(/safetensors$/, "json"));
  const orphans = lone.filter((file) => {
    const own = partsOf(file, parts);
    return own.length > 0 && partsOf(file, dead).length === own.length;
  });
  const strays = lone.filter((file) => partsOf(file, parts).length === 0);
  return { checkpoints, strays, left: [...orphans, ...dead] };
}

function namesIn({ fs }: FileSystem, folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new GraphError({
      where: "fit, checkpoint",
      must: "folder must be a folder that can be read",
      got: (error as Error).message,
      todo: "choose another one",
    });
  }
}
