import type { Store } from "@metrigrad/tensor";
import { oneAtATime } from "./turns.ts";

const turns = new WeakMap<Store, ReturnType<typeof oneAtATime>>();

/**
 * Runs what changes a store, or reads all of it, one after the other: a step waits for a checkpoint that is being written,
 * and a checkpoint for a step that is being done. What runs must not call it again for the same store.
 */
export function storeTurn<T>(store: Store, run: () => Promise<T>): Promise<T> {
  const queue = turns.get(store) ?? oneAtATime();
  turns.set(store, queue);
  return queue(run);
}
