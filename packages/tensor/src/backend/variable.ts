import type { ValueType } from "../dtype.ts";

/** What an initialiser gets. */
export interface InitContext {
  /** The variable's path in its store: draws are a function of seed and path. */
  readonly path: string;
  /** The store's seed. */
  readonly seed: number;
  /** The variable's sizes per axis. */
  readonly shape: readonly number[];
  /** Inputs and outputs per unit, where they do not follow from the shape, as for a convolution; read by scaled draws. */
  readonly fans?: { readonly inputs: number; readonly outputs: number };
}

/** Produces the row-major initial value of a variable on the host, the same for every backend. */
export type Initializer = (context: InitContext) => ArrayLike<number>;

/** What a variable is for: checkpoints hold parameters and state, not data. */
export type VariableRole = "parameter" | "state" | "data";

/**
 * A value that lives in stores. The object is its identity: a store finds the value by it, and two
 * objects are two variables, however alike they are.
 */
export interface VariableSpec {
  /** Its own path, "train/step"; null where the owner that it is added with gives it one. */
  readonly path: string | null;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Element type; the store chooses what float is. */
  readonly type: ValueType;
  /** What it is for. */
  readonly role: VariableRole;
  /** Its initial value. */
  readonly init: Initializer;
  /** It stands for a value of a file, until the variable that has its path in a store is added there. */
  readonly held?: true;
}

/** A variable and its path in a store, for printing and for files. */
export interface NamedVariable {
  readonly path: string;
  readonly spec: VariableSpec;
}

/** Anything that lists its variables with their paths, such as a model. */
export interface VariableOwner {
  /** In a fixed order, paths unique. */
  readonly variables: readonly NamedVariable[];
}

/** What a store takes: a model, or a list of variables; a bare one must have a path of its own. */
export type Variables = VariableOwner | readonly (NamedVariable | VariableSpec)[];
