import { checkNames, GraphError } from "@metrigrad/tensor";
import { diskFolder, namesIn } from "../files/diskFolder.ts";
import { fileSystem } from "../files/fileSystem.ts";
import type { Folder } from "../files/folder.ts";
import { isFolderHandle, pageFolder } from "../files/pageFolder.ts";
import { isDead } from "../files/partName.ts";
import type { CheckpointOptions } from "./checkpointOptions.ts";
import { type FolderList, listFolder } from "./names.ts";

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
