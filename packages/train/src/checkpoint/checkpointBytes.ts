import type { Store } from "@metrigrad/tensor";
import { storeTurn } from "../step/storeTurns.ts";
import { contentBytes, contentsOf } from "./contents.ts";

/**
 * Returns the parameters and the state of a store as the bytes of a checkpoint, in the layout of safetensors.
 *
 * Resident data are left out. Steps wait until the values are read. The bytes carry a checksum, which
 * {@link loadCheckpoint} checks. Above 2 GiB use {@link saveCheckpoint}, which does not hold the file in memory.
 *
 * {@includeCode ../../../../examples/api/train/loadCheckpoint.ts#example}
 *
 * @param store - The store.
 * @returns A promise of the bytes, as `saveCheckpoint` writes them.
 * @throws {@link DataError} if there is no memory for so many bytes.
 * @category Train: files and reports
 */
export async function checkpointBytes(store: Store): Promise<Uint8Array> {
  return storeTurn(store, () => contentBytes(contentsOf(store)));
}
