import type { Store } from "@metrigrad/tensor";
import { bytesInstead, fileSystem } from "../files/fileSystem.ts";
import { inTurn, writePart } from "../files/inTurn.ts";
import { storeTurn } from "../step/storeTurns.ts";
import { contentsOf, writeContents } from "./contents.ts";

/**
 * Writes the parameters and the state of a store to a file, whole or not at all, in the layout of safetensors.
 *
 * Resident data are left out. The values go to the file one tensor at a time, so the file may be larger than the memory.
 * Steps wait until the file is written, and several saves to one path take place in the order of the calls. The file carries a
 * checksum, which {@link loadCheckpoint} checks. For Node only; it rejects with what the file system throws.
 *
 * @param store - The store.
 * @param path - The file. Its folder is made if it is missing.
 * @throws {@link GraphError} if there is no file system.
 * @category Train: files and reports
 */
export async function saveCheckpoint(store: Store, path: string): Promise<void> {
  const files = fileSystem("saveCheckpoint", bytesInstead);
  await inTurn(files, path, () =>
    storeTurn(store, () =>
      writePart(files, path, (file) => writeContents(file, contentsOf(store))),
    ),
  );
}
