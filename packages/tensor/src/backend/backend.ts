import type { FloatType } from "../dtype.ts";
import type { Plan } from "../plan/plan.ts";
import type { Tensor } from "../tensor.ts";
import type { Executable } from "./executable.ts";
import type { NamedVariable, VariableSpec, Variables } from "./variable.ts";

/** What variables are called in a store. */
export interface NameOptions {
  /** Stands before the paths of all variables that are added: "critic" gives "critic/dense0/w". */
  readonly name?: string;
}

/** Options of a new store. */
export interface StoreOptions extends NameOptions {
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
  /** Makes a store with the variables of a model, or with a list. Throws BackendError. */
  store(variables: Variables, options?: StoreOptions): Promise<Store>;
  /** Frees everything; stores and programs are unusable afterwards. Closing twice is allowed. */
  close(): Promise<void>;
}

/**
 * Values of variables on a device. A variable is found by its object; its path in the store serves
 * people and files.
 */
export interface Store {
  /** The device. */
  readonly backend: Backend;
  /** What `float` is here. */
  readonly float: FloatType;
  /** Of initial values and random draws. */
  readonly seed: number;
  /** Bytes held by variables. */
  readonly bytes: number;
  /** The variables with their paths, in the order in which they were added. */
  readonly variables: readonly NamedVariable[];
  /** Whether it has a variable, given by its object or by its path here. */
  has(variable: VariableSpec | string): boolean;
  /** The path of a variable here; null where the store does not have it. */
  pathOf(variable: VariableSpec): string | null;
  /**
   * Adds variables with their initial values; those that are there keep theirs.
   * @throws BackendError where another variable has the path, and for a variable without a path.
   */
  add(variables: Variables, options?: NameOptions): Promise<void>;
  /** Frees variables; programs that use them must not run again. Those that it does not have are left out. */
  remove(variables: Variables): Promise<void>;
  /** A copy of a variable's value. Throws BackendError for one that it does not have. */
  read(variable: VariableSpec | string): Promise<Tensor>;
  /** Replaces a value; the tensor is converted to the variable's type. Throws on a wrong shape. */
  write(variable: VariableSpec | string, value: Tensor): Promise<void>;
  /** Makes a plan executable here. Throws BackendError. */
  prepare(plan: Plan): Promise<Executable>;
  /** Frees the variables and the executables. */
  close(): Promise<void>;
}
