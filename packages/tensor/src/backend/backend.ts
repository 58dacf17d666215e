import type { FloatType, TypedArray } from "../dtype.ts";
import type { Plan } from "../plan/plan.ts";
import type { Tensor } from "../tensor.ts";
import type { Executable } from "./executable.ts";
import type { NamedVariable, VariableSpec, Variables } from "./variable.ts";

/**
 * Options that name variables in a store.
 *
 * @category Backends
 */
export interface NameOptions {
  /** A prefix for the paths of all variables that are added: "critic" makes "dense0/w" to "critic/dense0/w". None by default. */
  readonly name?: string;
}

/**
 * Options of a new store.
 *
 * @category Backends
 */
export interface StoreOptions extends NameOptions {
  /** The seed of initial values and random draws, an unsigned 32-bit integer; 0 by default. */
  readonly seed?: number;
  /** The element type of every `float` variable. By default it is the first of the backend's `floats`. */
  readonly float?: FloatType;
}

/**
 * A device that keeps values and runs plans.
 *
 * @category Backends
 */
export interface Backend {
  /** The name of the backend in errors and reports. */
  readonly name: string;
  /** The float types that its stores can have, the preferred one first. */
  readonly floats: readonly FloatType[];
  /**
   * Says what runs where.
   *
   * @returns One or a few lines of text.
   */
  describe(): string;
  /**
   * Makes a store and adds variables to it.
   *
   * @param variables - A model, or a list of variables.
   * @param options - The seed, the float type, and a prefix for the paths.
   * @returns Resolves to the store.
   * @throws BackendError if an option is wrong, if the backend is closed, or if {@link Store.add} refuses the variables.
   */
  store(variables: Variables, options?: StoreOptions): Promise<Store>;
  /** Frees everything. The backend's stores and programs cannot be used any more. You may close a backend twice. */
  close(): Promise<void>;
}

/**
 * The values of variables on a device.
 *
 * The variable's object is its identity in the store. Its path serves people and files.
 *
 * @category Backends
 */
export interface Store {
  /** The device. */
  readonly backend: Backend;
  /** The float type: the element type of every `float` variable. */
  readonly float: FloatType;
  /** The seed of initial values and random draws. */
  readonly seed: number;
  /** The memory that the variables take, in bytes. */
  readonly bytes: number;
  /** The variables with their paths, in the order in which they were added. */
  readonly variables: readonly NamedVariable[];
  /**
   * Returns whether the store has a variable.
   *
   * @param variable - The variable, or its path in this store.
   * @returns Whether the store has it.
   */
  has(variable: VariableSpec | string): boolean;
  /**
   * Returns the path of a variable in this store.
   *
   * @param variable - The variable.
   * @returns Its path, or null if the store does not have the variable.
   */
  pathOf(variable: VariableSpec): string | null;
  /**
   * Adds variables with their initial values. Variables that are in the store already keep their values.
   *
   * @param variables - A model, or a list of variables.
   * @param options - A prefix for the paths.
   * @throws {@link BackendError} if another variable has the path, or if a variable has no path.
   *   Also if an initialiser does not return one number per element.
   */
  add(variables: Variables, options?: NameOptions): Promise<void>;
  /**
   * Removes variables and frees their memory. Programs that use them must not run again.
   *
   * @param variables - A model, or a list of variables. Variables that the store does not have are ignored.
   */
  remove(variables: Variables): Promise<void>;
  /**
   * Returns a copy of a variable's value.
   *
   * @param variable - The variable, or its path in this store.
   * @returns Resolves to the value.
   * @throws {@link BackendError} if the store does not have the variable.
   */
  read(variable: VariableSpec | string): Promise<Tensor>;
  /**
   * Replaces the value of a variable. The tensor is converted to the variable's element type.
   *
   * @param variable - The variable, or its path in this store.
   * @param value - The new value, of the variable's shape.
   * @throws {@link BackendError} if the store does not have the variable, or if the shape is wrong.
   * @throws {@link DataError} if the store's floats cannot hold a number of the value.
   */
  write(variable: VariableSpec | string, value: Tensor): Promise<void>;
  /**
   * Returns the values of a variable in the memory of the store, without a copy. What is written there is its value. The array is
   * valid until the store gets or loses a variable or a program.
   *
   * A store whose values are not in the memory of this process, as on a graphics card, does not have this method.
   *
   * @param variable - The variable, or its path in this store.
   * @returns The values in their order.
   * @throws {@link BackendError} if the store does not have the variable, or if it keeps the variable's f16 as bits.
   */
  view?(variable: VariableSpec | string): TypedArray;
  /**
   * Makes a plan ready to run on the values of this store.
   *
   * @param plan - The plan, for this store's float type.
   * @returns Resolves to the program.
   * @throws {@link BackendError} if the plan is wrong, has another float type, or uses variables that the store does not have.
   */
  prepare(plan: Plan): Promise<Executable>;
  /** Frees the variables and the executables. */
  close(): Promise<void>;
}
