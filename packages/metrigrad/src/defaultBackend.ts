import { cpu } from "@metrigrad/cpu";
import type { Backend } from "@metrigrad/tensor";

let made: Promise<Backend> | null = null;

/**
 * The backend that is used where none is given: one cpu backend per process, made when first asked for, and again
 * after it was closed or one of its threads failed.
 * @returns The backend; whoever closes it closes it for all.
 * @throws BackendError where threads cannot start
 */
export async function defaultBackend(): Promise<Backend> {
  for (;;) {
    made ??= cpu();
    const asked = made;
    if (await works(asked)) return asked;
    // Another call may have made a new one meanwhile.
    if (made === asked) made = null;
  }
}

/** Whether a backend is open and can still make stores; throws where it could not be made. */
async function works(backend: Promise<Backend>): Promise<boolean> {
  let open: Backend;
  try {
    open = await backend;
  } catch (error) {
    if (made === backend) made = null;
    throw error;
  }
  try {
    const store = await open.store([]);
    await store.close();
    return true;
  } catch {
    await open.close().catch(() => undefined);
    return false;
  }
}
