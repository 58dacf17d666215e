import type { FloatType } from "../dtype.ts";
import type { Store } from "./store.ts";
import type { VariableOwner, VariableSpec } from "./variable.ts";

/** Options of a new store. */
export interface StoreOptions {
  /** Seed of initial values and random draws, an unsigned 32-bit integer; 0 by default. */
  readonly seed?: number;
  /** Element type of every `float`; the backend's first by default. */
  readonly float?: FloatType;
}

/** A device that keeps values and executes plans. */
export interface Backend {
  /** What errors and reports call it. */
  readonly name: string;
  /** Float types that it can store, the preferred one first. */
  readonly floats: readonly FloatType[];
  /** What runs where, in one or a few lines. */
  describe(): string;
  /** Allocates and initialises variables. Throws BackendError. */
  store(owner: VariableOwner | readonly VariableSpec[], options?: StoreOptions): Promise<Store>;
  /** Frees everything; stores and programs are unusable afterwards. Closing twice is allowed. */
  close(): Promise<void>;
}
