import type { TypedArray } from "../dtype.ts";

/**
 * How fast processes exchange arrays: a message of b bytes takes latency + b / bandwidth.
 *
 * @category Distributed
 */
export interface Network {
  /** The time that a message of no bytes takes, in seconds. */
  readonly latency: number;
  /** The bytes of long messages in a second. */
  readonly bandwidth: number;
}

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
  /**
   * How fast they exchange arrays. Work that all ranks would do alike is dealt out to them where that saves more than the exchange of the results
   * takes. By default 20 µs and 1 GB/s.
   */
  readonly network?: Network;
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
