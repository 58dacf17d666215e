import { writeSafetensors } from "@metrigrad/data";
import type { Store, Tensor } from "@metrigrad/tensor";
import { writeWhole } from "../writeWhole.ts";
import { rolesKey } from "./roles.ts";

/**
 * Writes the parameters and the state of a store to a file, whole or not at all; resident data are
 * left out. The layout is that of safetensors. For Node only; throws what the file system throws.
 */
export async function saveCheckpoint(store: Store, path: string): Promise<void> {
  const tensors = new Map<string, Tensor>();
  const roles: Record<string, string> = {};
  for (const { name, role } of store.variables) {
    if (role === "data") continue;
    tensors.set(name, await store.read(name));
    roles[name] = role;
  }
  await writeWhole(path, writeSafetensors(tensors, { [rolesKey]: JSON.stringify(roles) }));
}
