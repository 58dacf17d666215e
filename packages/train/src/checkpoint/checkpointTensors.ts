import type { Store, Tensor } from "@metrigrad/tensor";
import { storeTurn } from "../step/storeTurns.ts";
import { chosenPaths, type LoadOptions } from "./choice.ts";

/**
 * Returns the parameters and the state of a store as tensors by path, for files of other libraries.
 *
 * `writeNpz(await checkpointTensors(store))` is a file for NumPy. {@link loadCheckpoint} takes the tensors back. Resident data are
 * left out. Steps wait until the values are read.
 *
 * {@includeCode ../../../../examples/api/train/checkpointTensors.ts#example}
 *
 * @param store - The store.
 * @param options - What to return, and under which names; everything by default, by path.
 * @returns A promise of the tensors.
 * @throws {@link DataError} if an option does not fit the store.
 * @category Train: files and reports
 */
export async function checkpointTensors(
  store: Store,
  options: LoadOptions = {},
): Promise<Map<string, Tensor>> {
  return storeTurn(store, async () => {
    const kept = store.variables.filter(({ spec }) => spec.role !== "data");
    const paths = kept.map(({ path }) => path);
    const chosen = chosenPaths(paths, options, "checkpointTensors");
    const tensors = new Map<string, Tensor>();
    for (const { path, spec } of kept) {
      const name = chosen.get(path);
      if (name !== undefined) tensors.set(name, await store.read(spec));
    }
    return tensors;
  });
}
