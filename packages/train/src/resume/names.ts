import { partOf } from "../files/partName.ts";

/** The place of a checkpoint in a run. */
export interface RunPlace {
  /** The number of epochs that are done. */
  readonly epoch: number;
  /** The number of batches of the next epoch that are done. */
  readonly batch: number;
}

/** A checkpoint in a folder: two files of one name. */
export interface NamedPlace extends RunPlace {
  /** "epoch-0003-batch-0000007": the manifest with the ending .json, the tensors with .safetensors. */
  readonly name: string;
}

/** The checkpoints and other files of a folder. */
export interface FolderList {
  /** The checkpoints that have a manifest, the newest first. */
  readonly checkpoints: readonly NamedPlace[];
  /**
   * Files of tensors without a manifest. They are kept if no ended run is known to have left them, since somebody may
   * want them.
   */
  readonly strays: readonly string[];
  /** Files that ended runs have left, in the order in which they may be removed. */
  readonly left: readonly string[];
}

const pattern = /^(epoch-(\d{4,})-batch-(\d{7,}))\.(json|safetensors)$/;

/** Returns the name of a checkpoint. */
export function placeName({ epoch, batch }: RunPlace): string {
  return `epoch-${String(epoch).padStart(4, "0")}-batch-${String(batch).padStart(7, "0")}`;
}

/** Compares two places. The result is below 0 if the first one is newer. */
export function byNewest(a: RunPlace, b: RunPlace): number {
  return b.epoch - a.epoch || b.batch - a.batch;
}

/** Sorts the files of a folder. Files with other names are ignored. `isDead` says what ended processes have left. */
export function listFolder(all: readonly string[], isDead: (file: string) => boolean): FolderList {
  const dead = all.filter((file) => pattern.test(partOf(file) ?? file) && isDead(file));
  const names = all.filter((file) => !dead.includes(file));
  const checkpoints = names
    .flatMap((file) => {
      const [, name, epoch, batch, ending] = pattern.exec(file) ?? [];
      if (name === undefined || ending !== "json") return [];
      return [{ name, epoch: Number(epoch), batch: Number(batch) }];
    })
    .sort(byNewest);
  const whole = new Set(checkpoints.map(({ name }) => name));
  const parts = all.filter((file) => pattern.test(partOf(file) ?? ""));
  const lone = names.filter((file) => {
    const [, name = "", , , ending] = pattern.exec(file) ?? [];
    return ending === "safetensors" && !whole.has(name);
  });
  // While tensors have no manifest, a temporary manifest is beside them. Its name says which process has written
  // them.
  const partsOf = (file: string, among: readonly string[]) =>
    among.filter((part) => partOf(part) === file.replace(/safetensors$/, "json"));
  const orphans = lone.filter((file) => {
    const own = partsOf(file, parts);
    return own.length > 0 && partsOf(file, dead).length === own.length;
  });
  const strays = lone.filter((file) => partsOf(file, parts).length === 0);
  return { checkpoints, strays, left: [...orphans, ...dead] };
}
