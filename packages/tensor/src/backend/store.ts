import type { FloatType } from "../dtype.ts";
import type { Plan } from "../plan/plan.ts";
import type { Tensor } from "../tensor.ts";
import type { Backend } from "./backend.ts";
import type { VariableSpec } from "./variable.ts";

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

/** A plan made ready on one store. */
export interface Executable {
  /** Bytes it holds beside the store: arena, outputs, feeds and constants. */
  readonly bytes: number;
  /**
   * Runs once; `feeds` in the order of `Plan.feeds`, shapes checked by the caller. Resolves on
   * submission; the handles are valid until the next run of this executable.
   */
  run(feeds: readonly Tensor[]): Promise<readonly Handle[]>;
  /**
   * Runs once and measures: resolves when the run is done, with the seconds that each step took, in
   * the order of `Plan.steps`. Absent where the device cannot tell.
   */
  profile?(feeds: readonly Tensor[]): Promise<readonly number[]>;
  /** Frees it; it cannot run any more. */
  close(): Promise<void>;
}

/** An output on the device. */
export interface Handle {
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Copies the value to the host. Throws BackendError when a later run replaced it. */
  read(): Promise<Tensor>;
}
