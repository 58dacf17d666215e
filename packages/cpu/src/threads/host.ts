/** The processor cores that this process may use. */
export function coresAvailable(): number {
  // Not an import, which bundlers for browsers would try to follow.
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Whether memory can be shared with workers: not in pages that are not cross-origin isolated. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer !== "function" || globalThis.crossOriginIsolated === false) {
    return false;
  }
  return typeof Worker === "function" || !!globalThis.process?.getBuiltinModule;
}

/** Whether this thread may sleep on a word of shared memory; the main thread of a page may not. */
export function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
