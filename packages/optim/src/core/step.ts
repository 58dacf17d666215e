import type { Node, Update, Variable } from "@metrigrad/graph";
import type { Phase } from "./optimizer.ts";
import type { StepReport } from "./report.ts";

/**
 * A value for every parameter, of the parameter's shape, in the order of the context.
 *
 * @category Optimizers: combining
 */
export type ChainDirections = readonly (readonly [variable: Variable, value: Node])[];

/**
 * The damped metric g + λI of some parameters, as a step uses it.
 *
 * @category Optimizers: combining
 */
export interface MetricBlock {
  /** The parameters. */
  readonly params: readonly Variable[];
  /**
   * Returns the columns [d, m] of one value per parameter.
   *
   * @param values - One value per parameter, in the order of `params`.
   * @returns The columns, [d, m].
   */
  pack(values: readonly Node[]): Node;
  /**
   * Returns the product g v with the undamped metric.
   *
   * @param v - The columns, [d, m].
   * @returns The product, [d, m].
   */
  apply(v: Node): Node;
  /**
   * Returns (g + λI)⁻¹v.
   *
   * @param v - The columns, [d, m].
   * @returns The solution, [d, m].
   */
  solve(v: Node): Node;
  /**
   * Returns the damping λ.
   *
   * @returns A value whose shape broadcasts to [d, m].
   */
  lambda(): Node;
}

/**
 * The bend b of a step for some parameters: at a length s the step is su + s²b.
 *
 * @category Optimizers: combining
 */
export interface Bend {
  /** The directions u that the bend belongs to. A transform that changes the directions leaves the bend behind. */
  readonly of: ChainDirections;
  /** The bend b of each parameter that has one. */
  readonly directions: ChainDirections;
  /**
   * The longest length s at which the step bends, a scalar. Longer steps are straight. If null, the step bends at any
   * length.
   */
  readonly longest: Node | null;
}

/**
 * A step on its way through the transforms of a chain.
 *
 * @category Optimizers: combining
 */
export interface ChainStep {
  /** The gradients ∂(loss + penalty)/∂θ. */
  readonly gradients: ChainDirections;
  /** The directions u of θ ← θ − u. It is the same object as `gradients` until a transform changes it. */
  readonly directions: ChainDirections;
  /** How the step bends; null if it is straight. A line search uses it up. */
  readonly bend: Bend | null;
  /** The straight part su of a step that was taken as su + s²b; null if the directions are straight. */
  readonly straight: ChainDirections | null;
  /**
   * The blocks of the metric that preconditions; null if there is none. A parameter that takes the plain gradient has
   * no block.
   */
  readonly metric: readonly MetricBlock[] | null;
  /** Updates of state that belong to the step. If the step is undone, this state stays as it was. */
  readonly updates: readonly Update[];
  /** New values of some of that state for the case that the step is undone. */
  readonly undone: readonly Update[];
  /** Updates of state that are made whether or not the step is undone. */
  readonly always: readonly Update[];
  /** Phases that run before the step, in order. */
  readonly before: readonly Phase[];
  /** The share of the step that a line search took, a scalar; null if there is no line search. */
  readonly length: Node | null;
  /** Tests of the step, which return bool scalars. If one of them is false, the step is undone at the end. */
  readonly accepts: readonly ((step: ChainStep) => Node)[];
  /** Phases that run after the step, in order. */
  readonly after: readonly Phase[];
  /** Functions that change the step after all transforms have acted, in order. */
  readonly last: readonly ((step: ChainStep) => ChainStep)[];
  /** The report of the step. */
  readonly report: StepReport;
}

/** Returns the values of some parameters among those of a step. */
export function valuesOf(directions: ChainDirections, params: readonly Variable[]): Node[] {
  const values = new Map(directions);
  return params.map((variable) => values.get(variable) as Node);
}

/**
 * Returns the same step with every direction changed.
 *
 * @param step - The step.
 * @param change - Returns the new direction from the old one, its parameter, and its index.
 * @returns A new step; the given one stays as it is.
 * @nothrow
 * @category Optimizers: combining
 */
export function mapDirections(
  step: ChainStep,
  change: (value: Node, variable: Variable, index: number) => Node,
): ChainStep {
  const directions = step.directions.map(
    ([variable, value], index) => [variable, change(value, variable, index)] as const,
  );
  return { ...step, directions };
}
