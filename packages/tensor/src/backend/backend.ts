import type { FloatType } from "../dtype.ts";
import type { Plan } from "../plan/plan.ts";
import type { Tensor } from "../tensor.ts";
import type { Executable } from "./executable.ts";
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

/** Values of variables on a device. */
export interface Store {
  /** The device. */
  readonly backend: Backend;
  /** What `float` is here. */
  readonly float: FloatType;
  /** Of initial values and random draws. */
  readonly seed: number;
  /** Bytes held by variables. */
  readonly bytes: number;
  /** The variables, in the order in which they were added. */
  readonly variables: readonly VariableSpec[];
  /** Whether there is a variable of that name. */
  has(name: string): boolean;
  /**
   * Adds and initialises variables; one that is there already with the same shape and type keeps
   * its value. Throws BackendError when shape or type differ.
   */
  add(variables: readonly VariableSpec[]): Promise<void>;
  /** A copy of a variable's value. Throws BackendError for an unknown name. */
  read(name: string): Promise<Tensor>;
  /** Replaces a value; the tensor is converted to the variable's type. Throws on a wrong shape. */
  write(name: string, value: Tensor): Promise<void>;
  /** Makes a plan executable here. Throws BackendError. */
  prepare(plan: Plan): Promise<Executable>;
  /** Frees the variables and the executables. */
  close(): Promise<void>;
}
