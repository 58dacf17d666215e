import { cpu } from "@metrigrad/cpu";
import type { Backend } from "@metrigrad/tensor";

let made: Promise<Backend> | null = null;

/**
 * Returns the backend that is used if you give none.
 *
 * It is one cpu backend for the whole process. It is made at the first call, and made again if it was closed or if one of its threads
 * failed.
 *
 * @returns Resolves to the backend. If you close it, it is closed for all.
 * @throws {@link BackendError} if the threads cannot start.
 * @category Backends
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
