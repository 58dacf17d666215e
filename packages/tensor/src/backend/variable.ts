import type { ValueType } from "../dtype.ts";

/** What an initialiser is told. */
export interface InitContext {
  /** The variable's path: draws are a function of seed and path. */
  readonly path: string;
  readonly seed: number;
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
  readonly shape: readonly number[];
  readonly type: ValueType;
  readonly role: VariableRole;
  readonly init: Initializer;
}

/** Anything that lists its variables, such as a model. */
export interface VariableOwner {
  readonly variables: readonly VariableSpec[];
}
