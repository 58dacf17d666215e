import { writeSafetensors } from "@metrigrad/data";
import type { Store, Tensor } from "@metrigrad/tensor";
import { rolesKey } from "./roles.ts";

/**
 * The parameters and the state of a store as the bytes of a checkpoint, in the layout of safetensors; resident data
 * are left out.
 * @param store - The store; nothing may change it meanwhile: in `fit` call it in an awaited `onStep`, or between epochs.
 * @returns The bytes, as `saveCheckpoint` writes them.
 */
export async function checkpointBytes(store: Store): Promise<Uint8Array> {
  const tensors = new Map<string, Tensor>();
  const roles: Record<string, string> = {};
  for (const { path, spec } of store.variables) {
    if (spec.role === "data") continue;
    tensors.set(path, await store.read(spec));
    roles[path] = spec.role;
  }
  return writeSafetensors(tensors, { [rolesKey]: JSON.stringify(roles) });
}
