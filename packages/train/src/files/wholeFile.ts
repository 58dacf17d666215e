import type { FileHandle } from "node:fs/promises";
import type { FileSystem } from "./fileSystem.ts";
import { isDead, partName, partOf } from "./partName.ts";
import { pieces } from "./sha256.ts";

/** A file that is being written. It gets its name when it is whole. */
export interface PartFile {
  /** Appends bytes. */
  write(bytes: Uint8Array): Promise<void>;
}

/** A written file that waits for its name. */
export interface ReadyFile {
  readonly path: string;
  /** Gives the file its name. It replaces a file of the same name. */
  place(): Promise<void>;
  /** Removes the file, unless it already has its name. */
  discard(): Promise<void>;
}

/** Writes a temporary file beside a path, and waits until it is on the disk. The folder must exist. */
export async function readyFile(
  files: FileSystem,
  path: string,
  write: (file: PartFile) => Promise<void>,
): Promise<ReadyFile> {
  const { open, rename, rm } = files.promises;
  const part = partName(path, files);
  try {
    const handle = await open(part, "wx");
    try {
      await write({ write: (bytes) => writeAll(handle, bytes) });
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(part, { force: true });
    // Errors of an open file do not say which one it is.
    throw error instanceof Error && !("path" in error)
      ? Object.assign(error, { path: part })
      : error;
  }
  return {
    path,
    place: async () => {
      try {
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    discard: () => rm(part, { force: true }),
  };
}

/** Removes the temporary files of a path that ended processes have left. */
export async function removeDeadParts(files: FileSystem, path: string): Promise<void> {
  const { basename, dirname, join } = files.path;
  for (const name of await files.promises.readdir(dirname(path))) {
    if (partOf(name) !== basename(path) || !isDead(name, files)) continue;
    await files.promises.rm(join(dirname(path), name), { force: true });
  }
}

/** Writes a folder to the disk. A rename is only safe when the folder is on the disk too. */
export async function syncFolder({ promises }: FileSystem, folder: string): Promise<void> {
  try {
    const handle = await promises.open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows and some network disks cannot open or sync folders, and keep names without it.
    if (!quiet.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

const quiet = new Set(["EPERM", "EISDIR", "EACCES", "EINVAL", "ENOTSUP"]);

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (const piece of pieces(bytes)) {
    // A write may take only a part of the bytes.
    for (let at = 0; at < piece.length; ) {
      at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
    }
  }
}
