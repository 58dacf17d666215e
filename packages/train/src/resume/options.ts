import { checkNames, GraphError } from "@metrigrad/tensor";
import { diskFolder, namesIn } from "../files/diskFolder.ts";
import { fileSystem } from "../files/fileSystem.ts";
import type { Folder } from "../files/folder.ts";
import { type FolderHandle, isFolderHandle, pageFolder } from "../files/pageFolder.ts";
import { isDead } from "../files/partName.ts";
import { type FolderList, listFolder } from "./names.ts";

/**
 * Options of the checkpoints of {@link fit}. A run with checkpoints can be stopped or killed at any time, and go on.
 *
 * @category Train
 */
export interface CheckpointOptions {
  /**
   * The folder of this run's checkpoints. In Node it is a path, and the folder is made if it is missing. In a page it is a
   * `FileSystemDirectoryHandle`, for example of the origin private file system.
   */
  readonly folder: string | FolderHandle;
  /** When to save: after each epoch, or after every so many steps; `"epoch"` by default. A run that ends saves too. */
  readonly every?: number | "epoch";
  /** How many of the newest checkpoints stay; 2 by default. */
  readonly keep?: number;
  /**
   * Whether the run goes on from the newest whole checkpoint in the folder; false by default. If the folder has none,
   * the run begins anew. With `false`, the folder must hold no checkpoints.
   */
  readonly resume?: boolean;
}

const refuse = (must: string, got: unknown, todo: string): never => {
  throw new GraphError({ where: "fit, checkpoint", must, got: String(got), todo });
};

/** Checks the options, and a folder of the file system without changing it. Throws GraphError. */
export function checkCheckpoint(options: CheckpointOptions): void {
  checkNames("fit, checkpoint", options, ["folder", "every", "keep", "resume"], GraphError);
  const { folder, every = "epoch", keep = 2, resume = false } = options;
  if (!isFolderHandle(folder) && (typeof folder !== "string" || folder === "")) {
    refuse(
      "folder must be a path, or in a page a FileSystemDirectoryHandle",
      folder,
      'pass a folder such as "runs/first", or await navigator.storage.getDirectory()',
    );
  }
  const positive = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;
  if (every !== "epoch" && !positive(every)) {
    refuse(
      'every must be "epoch" or a positive number of steps',
      every,
      "pass a number such as 100",
    );
  }
  if (!positive(keep)) refuse("keep must be a positive integer", keep, "leave it out for 2");
  if (typeof resume !== "boolean") {
    refuse("resume must be true or false", resume, "leave it out to begin");
  }
  // What the folder of a page holds is only known later.
  if (typeof folder !== "string") return;
  const files = fileSystem("fit, checkpoint.folder", handleInstead);
  const names = namesIn("fit, checkpoint", files, folder);
  if (!resume)
    checkEmpty(
      folder,
      listFolder(names, (name) => isDead(name, files)),
    );
}

/** Throws GraphError if a folder holds checkpoints. */
export function checkEmpty(folder: string, { checkpoints, strays }: FolderList): void {
  const known = [...checkpoints.map(({ name }) => name), ...strays];
  if (known.length === 0) return;
  refuse(
    "folder must hold no checkpoints where resume is false",
    `${known.length} in ${folder}, such as ${known[0]}`,
    "go on from it by { resume: true }, or choose another folder",
  );
}

/** Returns the folder of checkpoints. Throws GraphError if it is a path and there is no file system. */
export function folderOf(where: string, { folder }: CheckpointOptions): Folder {
  return typeof folder === "string"
    ? diskFolder(where, fileSystem(where, handleInstead), folder)
    : pageFolder(where, folder);
}

const handleInstead =
  "pass a folder of the page: { folder: await navigator.storage.getDirectory() }, or keep await checkpointBytes(run.store) after each epoch";
