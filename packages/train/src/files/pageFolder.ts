import { DataError, GraphError } from "@metrigrad/tensor";
import { taken } from "./diskFolder.ts";
import type { Folder } from "./folder.ts";
import type { FolderHandle } from "./folderHandle.ts";

/** The locks that the pages of a browser share. */
interface Locks {
  request(
    name: string,
    options: { readonly signal: AbortSignal },
    use: () => Promise<void>,
  ): Promise<void>;
}

/** How long a page waits for a lock in milliseconds. A page that is loaded again may still have its own. */
const patience = 1000;

const used = new WeakSet<FolderHandle>();

/** Whether a value can be the folder of a page. */
export function isFolderHandle(value: unknown): value is FolderHandle {
  const { kind, getFileHandle } = (value ?? {}) as Partial<FolderHandle>;
  return kind === "directory" && typeof getFileHandle === "function";
}

/** Returns a folder of a page. */
export function pageFolder(where: string, handle: FolderHandle): Folder {
  let unlock: (() => void) | null = null;
  let empty: ReadonlySet<string> = new Set();
  const remove = (file: string) =>
    handle.removeEntry(file).catch((error: Error) => {
      if (error.name !== "NotFoundError") throw error;
    });
  const release = () => {
    used.delete(handle);
    unlock?.();
    unlock = null;
  };
  return {
    name: handle.name === "" ? "the folder" : handle.name,
    pathOf: (file) => file,
    claim: async () => {
      if (used.has(handle)) throw taken(where, handle.name, "a run that has not ended");
      used.add(handle);
      try {
        unlock = await lockOf(where, handle);
      } catch (error) {
        release();
        throw error;
      }
    },
    release,
    get alone() {
      return unlock !== null;
    },
    list: async () => {
      const names = await namesOf(handle);
      empty = await emptyOf(handle, names);
      return names;
    },
    // A file that is opened for writing is there, and empty until it is closed.
    isDead: (file) => unlock !== null && empty.has(file),
    read: async (file, use) => {
      const blob = await (await handle.getFileHandle(file)).getFile();
      return use({
        size: blob.size,
        read: async (at, length) =>
          new Uint8Array(
            await blob
              .slice(at, at + length)
              .arrayBuffer()
              .catch(unreadable),
          ),
      });
    },
    ready: async (file, write) => {
      const entry = await handle.getFileHandle(file, { create: true });
      if (typeof entry.createWritable !== "function") throw notWritable(where);
      const stream = await entry.createWritable();
      const discard = () => stream.abort();
      try {
        await write({ write: (bytes) => stream.write(bufferOf(bytes)) });
      } catch (error) {
        await discard();
        throw error;
      }
      return { path: file, place: () => stream.close(), discard };
    },
    sync: async () => {},
    remove,
    removeBoth: async (manifest, other) => {
      await remove(manifest);
      await remove(other);
    },
  };

  function unreadable(error: Error): never {
    throw new DataError({
      where,
      must: "the file must be readable",
      got: error.message,
      todo: "let nobody else write to the folder",
    });
  }
}

async function namesOf(handle: FolderHandle): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of handle.keys()) names.push(name);
  return names;
}

async function emptyOf(
  handle: FolderHandle,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const empty = new Set<string>();
  for (const name of names) {
    // What is no file cannot be opened as one.
    const file = await handle.getFileHandle(name).catch(() => null);
    if (file !== null && (await file.getFile()).size === 0) empty.add(name);
  }
  return empty;
}

/**
 * Locks a folder of the origin private file system for this page, and returns a function that unlocks it. The browser unlocks it
 * when the page ends. Returns null for other folders, of which no page knows where they are. Throws GraphError if another page
 * has the lock.
 */
async function lockOf(where: string, handle: FolderHandle): Promise<(() => void) | null> {
  const { navigator } = globalThis as {
    navigator?: {
      locks?: Locks;
      storage?: { getDirectory?(): Promise<{ resolve(one: object): Promise<string[] | null> }> };
    };
  };
  const root = await navigator?.storage?.getDirectory?.();
  const path = await root?.resolve(handle).catch(() => null);
  const { locks } = navigator ?? {};
  if (locks === undefined || !path) return null;
  const name = path.join("/");
  const signal = AbortSignal.timeout(patience);
  return new Promise((locked, refused) => {
    const use = () => new Promise<void>((unlock) => locked(unlock));
    locks.request(`metrigrad ${name}`, { signal }, use).catch((error: unknown) => {
      refused(signal.aborted ? taken(where, name || "the folder", "another page") : error);
    });
  });
}

/** Returns the memory of bytes that has nothing else. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return whole ? buffer : (bytes.slice().buffer as ArrayBuffer);
}

function notWritable(where: string): GraphError {
  return new GraphError({
    where,
    must: "the folder's files must have createWritable",
    got: "none, as in browsers that have it in workers only",
    todo: "keep await checkpointBytes(run.store) after each epoch, for example in IndexedDB",
  });
}
