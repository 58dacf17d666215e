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
  /** Files that runs left which are surely gone. */
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
  const written = parts.filter((file) => !dead.includes(file)).map(partOf);
  // A manifest waits beside its tensors until they have their name: without one nobody is about to write it.
  const orphans = names.filter((file) => {
    const [, name = "", , , ending] = pattern.exec(file) ?? [];
    return ending === "safetensors" && !whole.has(name) && !written.includes(`${name}.json`);
  });
  return { checkpoints, left: [...dead, ...orphans] };
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
