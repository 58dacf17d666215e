import type { Store } from "@metrigrad/tensor";
import { oneAtATime } from "./turns.ts";

const turns = new WeakMap<Store, ReturnType<typeof oneAtATime>>();

/**
 * Runs functions that change a store, or read all of it, one after the other. So a step waits for a checkpoint that
 * is being written, and a checkpoint waits for a step. The function must not call `storeTurn` again for the same
 * store.
 */
export function storeTurn<T>(store: Store, run: () => Promise<T>): Promise<T> {
  const queue = turns.get(store) ?? oneAtATime();
  turns.set(store, queue);
  return queue(run);
}
