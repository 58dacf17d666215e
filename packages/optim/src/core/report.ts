import type { Node } from "@metrigrad/graph";

/**
 * A number that a step can report, or one number per matrix of a block. It is calculated only if it is read.
 *
 * @category Optimizers: combining
 */
export interface Quantity {
  /** The name in the report, such as `"lambda"`. */
  readonly name: string;
  /** Returns the value before the step, a scalar or [k]. */
  readonly value: () => Node;
  /** Whether it takes many products. Such a quantity is reported on request only. */
  readonly costly: boolean;
}

/**
 * The report of the metric of some parameters.
 *
 * @category Optimizers: combining
 */
export interface BlockReport {
  /** The path of the module. */
  readonly path: string;
  /** The names of the parameters. */
  readonly params: readonly string[];
  /** The solver that the step uses for this block. */
  readonly solver: string;
  /** The numbers of this block. */
  readonly quantities: readonly Quantity[];
}

/**
 * The report of a step.
 *
 * @category Optimizers: combining
 */
export interface StepReport {
  /** The numbers of the whole step. */
  readonly quantities: readonly Quantity[];
  /** The reports of single blocks of the metric. */
  readonly blocks: readonly BlockReport[];
}
