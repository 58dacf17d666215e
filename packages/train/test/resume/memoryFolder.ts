import type { FileOfHandle, FolderHandle } from "../../src/index.ts";

/** A folder in memory that acts as the origin private file system of a page. */
export interface MemoryFolder extends FolderHandle {
  readonly files: Map<string, Uint8Array>;
  /** Returns a folder with what it holds now, as a page finds it that is loaded again. */
  copy(): MemoryFolder;
}

function missing(name: string): Error {
  return Object.assign(new Error(`no ${name}`), { name: "NotFoundError" });
}

export function memoryFolder(given: ReadonlyMap<string, Uint8Array> = new Map()): MemoryFolder {
  const files = new Map(given);
  const handleOf = (name: string): FileOfHandle => ({
    getFile: async () => {
      const bytes = files.get(name);
      if (bytes === undefined) throw missing(name);
      return new Blob([bytes as Uint8Array<ArrayBuffer>]);
    },
    createWritable: async () => {
      const pieces: Uint8Array[] = [];
      return {
        write: async (bytes) => void pieces.push(new Uint8Array(bytes.slice(0))),
        close: async () => void files.set(name, Buffer.concat(pieces)),
        abort: async () => undefined,
      };
    },
  });
  return {
    kind: "directory",
    name: "memory",
    files,
    copy: () => memoryFolder(files),
    async *keys() {
      yield* [...files.keys()];
    },
    getFileHandle: async (name, { create = false } = {}) => {
      if (!files.has(name) && !create) throw missing(name);
      // The file is there at once, and empty until its stream is closed.
      if (!files.has(name)) files.set(name, new Uint8Array(0));
      return handleOf(name);
    },
    removeEntry: async (name) => {
      if (!files.delete(name)) throw missing(name);
    },
  };
}
