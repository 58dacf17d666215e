import type { ValueType } from "../dtype.ts";

/**
 * The argument of an {@link Initializer}.
 *
 * @category Models: own modules
 */
export interface InitContext {
  /** The variable's path in its store. Draws should depend on the seed and the path alone. */
  readonly path: string;
  /** The store's seed, an unsigned 32-bit integer. */
  readonly seed: number;
  /** The variable's sizes per axis. */
  readonly shape: readonly number[];
  /**
   * The numbers of inputs and outputs of one unit. Set for convolutions, where the shape does not tell them.
   *
   * Initialisers that scale their draws by the number of inputs or outputs read it.
   */
  readonly fans?: { readonly inputs: number; readonly outputs: number };
}

/**
 * A function that returns the initial value of a variable, row-major and in host memory. It is the same for every backend.
 *
 * @category Models: own modules
 */
export type Initializer = (context: InitContext) => ArrayLike<number>;

/**
 * The purpose of a variable. Checkpoints hold parameters and state, and no data.
 *
 * @category Backends
 */
export type VariableRole = "parameter" | "state" | "data";

/**
 * A variable: a value that lives in stores.
 *
 * The object is the variable's identity: a store finds the value by the object. Two objects are two variables, even if they are
 * equal.
 *
 * @category Backends
 */
export interface VariableSpec {
  /** The variable's own path, such as "train/step". It is null if a model that owns the variable gives the path. */
  readonly path: string | null;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** The element type. The store says whether a `float` is f32 or f64. */
  readonly type: ValueType;
  /** What the variable is for. */
  readonly role: VariableRole;
  /** A function that returns the initial value. */
  readonly init: Initializer;
  /**
   * True for a stand-in: it keeps a value that a file had for this path.
   *
   * When a variable with this path is added to the store, that variable takes over the value.
   */
  readonly held?: true;
}

/**
 * A variable and its path in a store.
 *
 * @category Backends
 */
export interface NamedVariable {
  /** The path in the store, such as "dense0/w". */
  readonly path: string;
  /** The variable. */
  readonly spec: VariableSpec;
}

/**
 * An object that lists its variables with their paths, such as a model.
 *
 * @category Backends
 */
export interface VariableOwner {
  /** The variables in a fixed order. No two have the same path. */
  readonly variables: readonly NamedVariable[];
}

/**
 * The variables that a store takes: a model, or a list of variables. A variable without a path must come as a pair of path and variable.
 *
 * @category Backends
 */
export type Variables = VariableOwner | readonly (NamedVariable | VariableSpec)[];
