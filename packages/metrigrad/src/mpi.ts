import { BackendError, type Communicator } from "@metrigrad/tensor";

/**
 * Options of {@link mpi}.
 *
 * @category Distributed
 */
export interface MpiOptions {
  /**
   * The name or path of the MPI library. By default it is that of the launcher that started this process, and without one the first
   * that is found. The variable METRIGRAD_MPI names one too.
   */
  readonly library?: string;
}

/** What the package @metrigrad/mpi exports. Its own types would break the types of those who do not install it. */
interface MpiPackage {
  mpi(options: MpiOptions): Communicator;
}

// Bundlers would follow a literal name. MPI needs Node.
const specifier = () => ["@metrigrad", "mpi"].join("/");

/**
 * Joins the processes that an MPI launcher such as `mpirun` or `srun` started. Pass the result to `fit` as `distributed`.
 *
 * The package `@metrigrad/mpi` is optional. This function imports it when it is called.
 *
 * @param options - The library.
 * @returns The group of all processes. A process that was started alone is a group of one.
 * @throws {@link BackendError} if the package or an MPI library is missing. The message says what to install.
 * @category Distributed
 */
export async function mpi(options: MpiOptions = {}): Promise<Communicator> {
  let loaded: MpiPackage;
  try {
    loaded = await import(/* webpackIgnore: true */ /* @vite-ignore */ specifier());
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const isMissing = code === "ERR_MODULE_NOT_FOUND";
    throw new BackendError({
      where: "mpi()",
      must: `the package @metrigrad/mpi must ${isMissing ? "be installed" : "load"}`,
      got: isMissing ? String(code) : message,
      todo: isMissing
        ? "npm install @metrigrad/mpi, and an MPI library such as Debian's openmpi-bin"
        : "mend what the message says, or train in one process",
    });
  }
  return loaded.mpi(options);
}
