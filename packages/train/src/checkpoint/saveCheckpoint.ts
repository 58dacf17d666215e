import type { Store } from "@metrigrad/tensor";
import { writeWhole } from "../writeWhole.ts";
import { checkpointBytes } from "./checkpointBytes.ts";

/**
 * Writes the parameters and the state of a store to a file, whole or not at all; resident data are
 * left out. The layout is that of safetensors. For Node only; throws what the file system throws.
 * @param store - The store; nothing may change it meanwhile.
 * @param path - The file; its folder is made where it is missing.
 */
export async function saveCheckpoint(store: Store, path: string): Promise<void> {
  await writeWhole(path, await checkpointBytes(store));
}
