/** Returns the number of processor cores that this process may use. */
export function coresAvailable(): number {
  // This is not an import, because bundlers for browsers would try to follow it.
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Returns whether memory can be shared with workers. In pages that are not cross-origin isolated it cannot. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer !== "function" || globalThis.crossOriginIsolated === false) {
    return false;
  }
  return typeof Worker === "function" || !!globalThis.process?.getBuiltinModule;
}

/** Returns whether this thread may sleep on a word of shared memory. The main thread of a page may not. */
export function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
