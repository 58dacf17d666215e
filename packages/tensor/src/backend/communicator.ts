import type { TypedArray } from "../dtype.ts";

/**
 * The processes that train together, and how they exchange arrays. `mpi()` of `@metrigrad/mpi` makes one.
 *
 * All ranks make the same calls in the same order, with arrays of the same type and length.
 *
 * @category Distributed
 */
export interface Communicator {
  /** The number of this process, from 0. */
  readonly rank: number;
  /** The number of processes. */
  readonly size: number;
  /** Describes the processes in words. @returns The text. */
  describe(): string;
  /**
   * Puts the reduction over all ranks in the place of the values, on every rank.
   *
   * @param values - The values of this rank.
   * @param operation - What is done with them; `"sum"` by default.
   * @returns A promise where it takes time; undefined where it is done already.
   */
  allreduce(values: TypedArray, operation?: "sum" | "min" | "max"): void | Promise<void>;
  /**
   * Puts the values of one rank in the place of those of all others.
   *
   * @param values - The values to send or to replace.
   * @param root - The rank whose values count; 0 by default.
   * @returns A promise where it takes time; undefined where it is done already.
   */
  broadcast(values: TypedArray, root?: number): void | Promise<void>;
  /**
   * Puts the parts of all ranks one after the other, on every rank.
   *
   * @param part - The part of this rank. Its length may differ between ranks.
   * @param values - Where all parts are written.
   * @returns A promise where it takes time; undefined where it is done already.
   */
  allgather(part: TypedArray, values: TypedArray): void | Promise<void>;
  /** Waits until all ranks have come here. @returns A promise where it takes time; undefined where it is done already. */
  barrier(): void | Promise<void>;
}
