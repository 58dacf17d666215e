import { BackendError } from "@metrigrad/tensor";
import type { Handles } from "./handles.ts";
import type { KoffiLibrary, NativeCall } from "./koffi.ts";

/** An array, whose values koffi holds in place during the call, or an address as a number. */
const pointer = "void *";

/** The functions of MPI that are used, as they come from the library. Arguments are in the order of the standard. */
export interface Calls {
  readonly initialized: NativeCall;
  readonly init: NativeCall;
  readonly finalize: NativeCall;
  readonly abort: NativeCall;
  readonly setErrorHandler: NativeCall;
  readonly errorString: NativeCall;
  readonly libraryVersion: NativeCall;
  readonly rank: NativeCall;
  readonly size: NativeCall;
  readonly split: NativeCall;
  readonly free: NativeCall;
  readonly allreduce: NativeCall;
  readonly iallreduce: NativeCall;
  readonly wait: NativeCall;
  readonly broadcast: NativeCall;
  readonly reduceScatter: NativeCall;
  readonly allgather: NativeCall;
  readonly allgatherv: NativeCall;
  readonly barrier: NativeCall;
}

/** Finds the functions in a library. Throws an Error for one that it does not have. */
export function callsOf(library: KoffiLibrary, { type: handle }: Handles): Calls {
  const call = (name: string, args: readonly string[]) => library.func(`MPI_${name}`, "int", args);
  const buffer = pointer;
  // Handles that a function writes are read back as the integers that they are.
  const made = pointer;
  return {
    initialized: call("Initialized", [pointer]),
    init: call("Init_thread", [pointer, pointer, "int", pointer]),
    finalize: call("Finalize", []),
    abort: call("Abort", [handle, "int"]),
    setErrorHandler: call("Comm_set_errhandler", [handle, handle]),
    errorString: call("Error_string", ["int", pointer, pointer]),
    libraryVersion: call("Get_library_version", [pointer, pointer]),
    rank: call("Comm_rank", [handle, pointer]),
    size: call("Comm_size", [handle, pointer]),
    split: call("Comm_split", [handle, "int", "int", made]),
    free: call("Comm_free", [made]),
    allreduce: call("Allreduce", [buffer, buffer, "int", handle, handle, handle]),
    iallreduce: call("Iallreduce", [buffer, buffer, "int", handle, handle, handle, made]),
    wait: call("Wait", [made, pointer]),
    broadcast: call("Bcast", [buffer, "int", handle, "int", handle]),
    reduceScatter: call("Reduce_scatter", [buffer, buffer, pointer, handle, handle, handle]),
    allgather: call("Allgather", [buffer, "int", handle, buffer, "int", handle, handle]),
    allgatherv: call("Allgatherv", [
      ...[buffer, "int", handle],
      ...[buffer, pointer, pointer, handle, handle],
    ]),
    barrier: call("Barrier", [handle]),
  };
}

/** Throws BackendError with what MPI says, unless a call went well. */
export function checkCode(calls: Calls, where: string, code: number): void {
  if (code === 0) return;
  const text = Buffer.alloc(8192);
  const length = new Int32Array(1);
  calls.errorString(code, text, length);
  const said = text.toString("utf8", 0, length[0]).trim();
  throw new BackendError({
    where,
    must: "MPI must do what it is asked to",
    got: said === "" ? `code ${code}` : said,
    todo: "see that every rank makes the same calls with arrays of the same length, and that all ranks live",
  });
}
