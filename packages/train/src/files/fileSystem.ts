import { GraphError } from "@metrigrad/tensor";

/** The modules of Node that files need. */
export interface FileSystem {
  readonly fs: typeof import("node:fs");
  readonly promises: typeof import("node:fs/promises");
  readonly path: typeof import("node:path");
  readonly os: typeof import("node:os");
}

/**
 * Returns the file system. Throws GraphError if there is none, as in a page. Node's modules are reached without
 * imports, which bundlers for browsers would follow.
 */
export function fileSystem(where: string, todo: string): FileSystem {
  const { process: host } = globalThis as { process?: NodeJS.Process };
  if (typeof host?.getBuiltinModule !== "function") {
    throw new GraphError({ where, must: "there must be a file system", got: "none", todo });
  }
  return {
    fs: host.getBuiltinModule("node:fs"),
    promises: host.getBuiltinModule("node:fs/promises"),
    path: host.getBuiltinModule("node:path"),
    os: host.getBuiltinModule("node:os"),
  };
}

/** The advice on checkpoints if there is no file system. */
export const bytesInstead =
  "take await checkpointBytes(store), and keep the bytes where the page can, for example in IndexedDB";
