import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { BackendError, checkNames } from "@metrigrad/tensor";
import { callsOf } from "./calls.ts";
import { candidates } from "./candidates.ts";
import { communicator, type Library, type MpiCommunicator } from "./communicator.ts";
import { handlesOf } from "./handles.ts";
import { type Koffi, loadKoffi } from "./koffi.ts";

/**
 * Options of {@link mpi}.
 *
 * @category Distributed
 */
export interface MpiOptions {
  /**
   * The name or path of the library. By default it is that of the launcher that started this process. Without a launcher it
   * is one with the standard ABI of MPI 5, else Open MPI, else MPICH. The variable METRIGRAD_MPI names one too.
   */
  readonly library?: string;
}

const advice =
  "install one (Debian: apt-get install openmpi-bin; macOS: brew install open-mpi), or name it: METRIGRAD_MPI=/path/to/libmpi.so";

/**
 * What UCX, on which Open MPI and MPICH may stand, leaves alone in this process unless the environment says otherwise. Its hooks of
 * memory calls move the end of the heap while V8's threads use it, and crash; its signal handlers hide V8's, which turn a wasm
 * access out of bounds into an error.
 */
const besideV8 = { UCX_MEM_EVENTS: "n", UCX_ERROR_SIGNALS: "" };

let opened: { readonly path: string; readonly world: MpiCommunicator } | null = null;

/**
 * Joins the processes that an MPI launcher such as `mpirun` or `srun` started, and returns the group of all of them. A
 * process that was started alone is a group of one.
 *
 * A process that ends with an error ends the whole job. Otherwise MPI is left when the process ends.
 *
 * @param options - The library.
 * @returns The group of all ranks; the same one for each call.
 * @throws A {@link BackendError} if koffi or a library is missing, if an option is unknown, or if MPI cannot start.
 * @category Distributed
 */
export function mpi(options: MpiOptions = {}): MpiCommunicator {
  checkNames("mpi", options, ["library"], BackendError);
  const { library: given = process.env.METRIGRAD_MPI } = options;
  if (given !== undefined && (typeof given !== "string" || given === "")) {
    const must = "library must be a name or path";
    throw refused(must, JSON.stringify(given), "leave it out to search");
  }
  if (opened !== null) {
    if (given === undefined || given === opened.path) return opened.world;
    throw refused("a process may join one library", `${opened.path} and ${given}`, "use one");
  }
  const { library, path } = findLibrary(given);
  opened = { path, world: join(library) };
  return opened.world;
}

function findLibrary(given: string | undefined): { library: Library; path: string } {
  let koffi: Koffi;
  try {
    koffi = loadKoffi();
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    throw refused("koffi must be installed", String(reason), "npm install koffi");
  }
  for (const [name, value] of Object.entries(besideV8)) process.env[name] ??= value;
  const tried: string[] = [];
  for (const path of given === undefined ? candidates(process.env, process.platform) : [given]) {
    try {
      const loaded = koffi.load(path);
      const handles = handlesOf(koffi, loaded);
      return { library: { handles, calls: callsOf(loaded, handles), name: path }, path };
    } catch (error) {
      tried.push(`${path} (${(error as Error).message})`);
    }
  }
  const got = tried.length === 0 ? `none for ${process.platform}` : tried.join("; ");
  throw refused("an MPI library must be there", got, advice);
}

/** Starts MPI, and sees that it ends with the process. */
function join(found: Library): MpiCommunicator {
  const { calls, handles } = found;
  const flag = new Int32Array(1);
  calls.initialized(flag);
  if (flag[0] === 0) {
    const code = calls.init(null, null, handles.funneled, flag);
    if (code !== 0) throw refused("MPI must start", `code ${code}`, "see what its launcher says");
  }
  const text = Buffer.alloc(8192);
  const length = new Int32Array(1);
  calls.libraryVersion(text, length);
  const [name = ""] = text.toString("utf8", 0, length[0]).split(/[\n,]/);
  const world = communicator({ ...found, name: name.trim() }, handles.world);
  const { OMPI_COMM_WORLD_SIZE, PMI_SIZE = "1" } = process.env;
  const started = Number(OMPI_COMM_WORLD_SIZE ?? PMI_SIZE);
  if (started > 1 && world.size === 1) {
    const todo = "name the launcher's own library: METRIGRAD_MPI=/path/to/libmpi.so";
    throw refused("the library must be that of the launcher", found.name, todo);
  }
  let error: unknown = null;
  process.on("uncaughtExceptionMonitor", (one) => {
    error = one;
  });
  // Others would wait for a rank that has ended with an error. Node would print the error after this.
  process.on("exit", (code) => {
    if (code === 0) {
      calls.finalize();
      return;
    }
    if (error !== null) writeSync(2, `rank ${world.rank}: ${inspect(error)}\n`);
    world.abort(code);
  });
  return world;
}

function refused(must: string, got: string, todo: string): BackendError {
  return new BackendError({ where: "mpi", must, got, todo });
}
