import { BackendError, type TypedArray } from "@metrigrad/tensor";
import { type Calls, checkCode } from "./calls.ts";
import type { ElementType, Handles, HandleValue, Operation } from "./handles.ts";

/**
 * A reduction that goes on while its ranks do other work. Its array must not be read or written before the end.
 *
 * @category Distributed
 */
export interface PendingReduction {
  /** Waits for the end. Throws {@link BackendError} for an error of MPI. */
  wait(): void;
}

/**
 * A group of processes that exchange arrays over MPI, on the values themselves, without copies.
 *
 * All ranks of the group must make the same calls in the same order, with arrays of the same type and length. Calls wait
 * for the other ranks and block the thread meanwhile. An error of MPI is a {@link BackendError}.
 *
 * @category Distributed
 */
export interface MpiCommunicator {
  /** The number of this process in the group, from 0. */
  readonly rank: number;
  /** The number of processes. */
  readonly size: number;
  /** Describes the library and the group in words. @returns The text. */
  describe(): string;
  /**
   * Puts the reduction over all ranks in the place of the values, on every rank.
   *
   * @param values - The values of this rank.
   * @param operation - What is done with them; `"sum"` by default.
   */
  allreduce(values: TypedArray, operation?: Operation): void;
  /**
   * Starts the same reduction, and returns at once.
   *
   * @param values - The values of this rank.
   * @param operation - What is done with them; `"sum"` by default.
   * @returns The reduction that goes on.
   */
  iallreduce(values: TypedArray, operation?: Operation): PendingReduction;
  /**
   * Puts the values of one rank in the place of those of all others.
   *
   * @param values - The values to send or to replace.
   * @param root - The rank whose values count; 0 by default.
   */
  broadcast(values: TypedArray, root?: number): void;
  /**
   * Reduces arrays over all ranks, and gives each rank a part of the result.
   *
   * @param values - The values of this rank, as many as all parts together.
   * @param part - Where the part of this rank is written. Its length may differ between ranks.
   * @param operation - What is done with the values; `"sum"` by default.
   */
  reduceScatter(values: TypedArray, part: TypedArray, operation?: Operation): void;
  /**
   * Puts the parts of all ranks one after the other, on every rank.
   *
   * @param part - The part of this rank. Its length may differ between ranks.
   * @param values - Where all parts are written, as many values as all parts together.
   */
  allgather(part: TypedArray, values: TypedArray): void;
  /** Waits until all ranks have come here. */
  barrier(): void;
  /**
   * Makes groups of the ranks that pass the same colour. All ranks must call it.
   *
   * @param color - The number of the group, from 0; null for a rank that joins none.
   * @param key - The place in the order of the group; by default that of this group.
   * @returns The group of this rank; null if it joins none.
   */
  split(color: number | null, key?: number): MpiCommunicator | null;
  /**
   * Ends the processes of the whole job at once.
   *
   * @param code - The exit code; 1 by default.
   */
  abort(code?: number): void;
  /** Frees a group that `split` made. The group of all ranks ends with the process. */
  close(): void;
}

/** A library that was loaded, with its functions. */
export interface Library {
  readonly handles: Handles;
  readonly calls: Calls;
  readonly name: string;
}

const elementTypes: readonly (readonly [new (length: number) => TypedArray, ElementType])[] = [
  [Float32Array, "f32"],
  [Float64Array, "f64"],
  [Int32Array, "i32"],
  [Uint32Array, "u32"],
  [Uint8Array, "u8"],
];

/** Returns the communicator of a handle. Throws BackendError. */
export function communicator(library: Library, comm: HandleValue, own = false): MpiCommunicator {
  const { handles, calls, name } = library;
  const { types, operations, inPlace } = handles;
  let open = true;
  const check = (where: string, code: number) => checkCode(calls, `mpi.${where}`, code);
  const number = (where: "rank" | "size") => {
    const out = new Int32Array(1);
    check(where, calls[where](comm, out));
    return out[0] as number;
  };
  check("open", calls.setErrorHandler(comm, handles.errorsReturn));
  const [rank, size] = [number("rank"), number("size")];
  const begun = (where: string) => {
    if (open) return;
    throw refusal(where, "the group must be open", "a closed one", "make another one");
  };
  const typeOf = (where: string, values: TypedArray): HandleValue => {
    begun(where);
    const found = elementTypes.find(([kind]) => values instanceof kind);
    if (found !== undefined) return types[found[1]];
    const must = "values must be an array of f32, f64, i32, u32 or u8";
    throw refusal(where, must, Object.prototype.toString.call(values), "pass a typed array");
  };
  const operationOf = (where: string, operation: Operation): HandleValue => {
    const found = operations[operation];
    if (found !== undefined) return found;
    throw refusal(where, "the operation must be sum, min or max", String(operation), "pass one");
  };
  const rankOf = (where: string, root: number) => {
    if (Number.isInteger(root) && root >= 0 && root < size) return root;
    throw refusal(where, `the rank must be in 0 … ${size - 1}`, String(root), "pass one of them");
  };
  /** An array as an argument. An address would not keep it from being collected. An empty one has no values. */
  const at = (values: TypedArray) => (values.length === 0 ? null : values);
  /** The lengths of all parts, and where they begin. */
  const partsOf = (where: string, part: TypedArray, whole: TypedArray) => {
    const counts = new Int32Array(size);
    const own = Int32Array.of(part.length);
    const i32 = types.i32;
    check(where, calls.allgather(at(own), 1, i32, at(counts), 1, i32, comm));
    const starts = new Int32Array(size);
    for (let one = 1; one < size; one++) {
      starts[one] = (starts[one - 1] as number) + (counts[one - 1] as number);
    }
    const sum = counts.reduce((total, count) => total + count, 0);
    if (sum === whole.length) return { counts, starts };
    const must = "the parts of all ranks must have as many values together as the whole array";
    throw refusal(where, must, `${sum} and ${whole.length}`, "pass arrays that fit");
  };
  const self: MpiCommunicator = {
    rank,
    size,
    describe: () => `${name}, rank ${rank} of ${size}`,
    allreduce(values, operation = "sum") {
      const [type, by] = [typeOf("allreduce", values), operationOf("allreduce", operation)];
      check("allreduce", calls.allreduce(inPlace, at(values), values.length, type, by, comm));
    },
    iallreduce(values, operation = "sum") {
      const [type, by] = [typeOf("iallreduce", values), operationOf("iallreduce", operation)];
      const request = new BigUint64Array(1);
      const { length } = values;
      check("iallreduce", calls.iallreduce(inPlace, at(values), length, type, by, comm, request));
      // The array is kept from being collected until the end.
      let kept: TypedArray | null = values;
      return {
        wait() {
          if (kept === null) return;
          // Larger than the status of any library, since each has its own way to ask for none.
          check("wait", calls.wait(request, new BigUint64Array(16)));
          kept = null;
        },
      };
    },
    broadcast(values, root = 0) {
      const type = typeOf("broadcast", values);
      const from = rankOf("broadcast", root);
      check("broadcast", calls.broadcast(at(values), values.length, type, from, comm));
    },
    reduceScatter(values, part, operation = "sum") {
      const [type, by] = [typeOf("reduceScatter", values), operationOf("reduceScatter", operation)];
      if (typeOf("reduceScatter", part) !== type) throw differ("reduceScatter");
      const { counts } = partsOf("reduceScatter", part, values);
      check("reduceScatter", calls.reduceScatter(at(values), at(part), counts, type, by, comm));
    },
    allgather(part, values) {
      const type = typeOf("allgather", values);
      if (typeOf("allgather", part) !== type) throw differ("allgather");
      const { counts, starts } = partsOf("allgather", part, values);
      const sent = [at(part), part.length, type];
      check("allgather", calls.allgatherv(...sent, at(values), counts, starts, type, comm));
    },
    barrier() {
      begun("barrier");
      check("barrier", calls.barrier(comm));
    },
    split(color, key = rank) {
      begun("split");
      if (color !== null && !(Number.isInteger(color) && color >= 0)) {
        throw refusal("split", "color must be an integer ≥ 0, or null", String(color), "pass one");
      }
      const made = new BigUint64Array(1);
      check("split", calls.split(comm, color ?? handles.undefinedColor, key, made));
      if (color === null) return null;
      return communicator(library, handleIn(handles, made), true);
    },
    abort: (code = 1) => {
      calls.abort(comm, code);
    },
    close() {
      if (!own || !open) return;
      open = false;
      check("close", calls.free(BigUint64Array.of(BigInt(comm))));
    },
  };
  return Object.freeze(self);
}

/** Reads a handle that MPI has written: an int in MPICH, else a pointer. */
function handleIn({ type }: Handles, made: BigUint64Array): HandleValue {
  return type === "int" ? (new Int32Array(made.buffer)[0] as number) : (made[0] as bigint);
}

function differ(where: string): BackendError {
  return refusal(where, "both arrays must have one element type", "two", "convert one of them");
}

function refusal(where: string, must: string, got: string, todo: string): BackendError {
  return new BackendError({ where: `mpi.${where}`, must, got, todo });
}
