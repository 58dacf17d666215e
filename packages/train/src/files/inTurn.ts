import { oneAtATime } from "../step/turns.ts";
import type { FileSystem } from "./fileSystem.ts";
import { type PartFile, readyFile, removeDeadParts, syncFolder } from "./wholeFile.ts";

/** Writes a file piece by piece, whole or not at all. It makes the folder if it is missing. */
export async function writePart(
  files: FileSystem,
  path: string,
  write: (file: PartFile) => Promise<void>,
): Promise<void> {
  const folder = files.path.dirname(path);
  await files.promises.mkdir(folder, { recursive: true });
  await removeDeadParts(files, path);
  const ready = await readyFile(files, path, write);
  await ready.place();
  await syncFolder(files, folder);
}

const queues = new Map<string, { queue: ReturnType<typeof oneAtATime>; waiting: number }>();

/** Runs a function that writes to a path, after the writes to the path that were asked for before. */
export async function inTurn<T>(
  { path: { resolve } }: FileSystem,
  path: string,
  run: () => Promise<T>,
): Promise<T> {
  const name = resolve(path);
  const own = queues.get(name) ?? { queue: oneAtATime(), waiting: 0 };
  queues.set(name, own);
  own.waiting++;
  try {
    return await own.queue(run);
  } finally {
    own.waiting--;
    if (own.waiting === 0) queues.delete(name);
  }
}
