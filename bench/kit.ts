import type { Contestant } from "./contestant.ts";
import type { Problems } from "./problems.ts";

/** Makes contestants for the kinds of problems that a library can solve; the others are left out. */
export type Solvers = {
  readonly [Kind in keyof Problems]?: (problem: Problems[Kind]) => Promise<Contestant>;
};

/** A library that is loaded. */
export interface Kit {
  readonly name: string;
  /** Its version and what it runs on. */
  readonly version: string;
  /** What computes, where it is not the processor: the adapter's name. */
  readonly device?: string;
  readonly solvers: Solvers;
  close(): Promise<void>;
}

/** A library to compare with; `load` throws where it is not there. */
export interface Peer<K extends Kit = Kit> {
  readonly name: string;
  load(): Promise<K>;
}

/** Thrown by a contestant whose library lacks what the problem needs. */
export class NoKernel extends Error {
  readonly kernel: string;

  constructor(kernel: string) {
    super(`no kernel: ${kernel}`);
    this.kernel = kernel;
  }
}
