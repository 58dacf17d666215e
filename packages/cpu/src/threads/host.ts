/** Returns the number of processor cores that this process may use. */
export function coresAvailable(): number {
  // This is not an import, because bundlers for browsers would try to follow it.
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  const cores = os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
  // A launcher that gives each process its own cores has divided them already.
  const isBound = os !== undefined && cores < os.cpus().length;
  return isBound ? cores : Math.max(1, Math.floor(cores / processesHere(globalThis.process?.env)));
}

/** The variables by which launchers say how many processes they started on this machine: Open MPI, MPICH, Slurm. */
const localSizes = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_TASKS_PER_NODE"];

/** Returns how many processes share this machine, as the launcher that started this one says; 1 without a launcher. */
export function processesHere(
  environment: Readonly<Record<string, string | undefined>> = {},
): number {
  const found = localSizes.map((name) => Number.parseInt(environment[name] ?? "", 10));
  return found.find((count) => count >= 1) ?? 1;
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
