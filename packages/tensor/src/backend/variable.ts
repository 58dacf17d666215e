import type { ValueType } from "../dtype.ts";

/** What an initialiser is told. */
export interface InitContext {
  /** The variable's path: draws are a function of seed and path. */
  readonly path: string;
  /** The store's seed. */
  readonly seed: number;
  /** The variable's sizes per axis. */
  readonly shape: readonly number[];
}

/** Produces the row-major initial value of a variable on the host, the same for every backend. */
export type Initializer = (context: InitContext) => ArrayLike<number>;

/** What a variable is for: checkpoints hold parameters and state, not data. */
export type VariableRole = "parameter" | "state" | "data";

/** A named value that lives in a store. */
export interface VariableSpec {
  /** Its path, unique in a store: "dense/0/w". */
  readonly name: string;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Element type; the store chooses what float is. */
  readonly type: ValueType;
  /** What it is for. */
  readonly role: VariableRole;
  /** Its initial value. */
  readonly init: Initializer;
}

/** Anything that lists its variables, such as a model. */
export interface VariableOwner {
  /** In a fixed order, names unique. */
  readonly variables: readonly VariableSpec[];
}
