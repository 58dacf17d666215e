import type { Node, Update, Variable } from "@metrigrad/graph";
import type { Phase } from "./optimizer.ts";
import type { StepReport } from "./report.ts";

/** A value for every parameter, of its shape and in the order of the context. */
export type ChainDirections = readonly (readonly [variable: Variable, value: Node])[];

/** The damped metric g + λI of some parameters, as a step uses it. */
export interface MetricBlock {
  readonly params: readonly Variable[];
  /** Columns [d, m] of a value per parameter. */
  pack(values: readonly Node[]): Node;
  /** g v for v [d, m]. */
  apply(v: Node): Node;
  /** (g + λI)⁻¹v for v [d, m]. */
  solve(v: Node): Node;
  /** λ, of a shape that broadcasts to [d, m]. */
  lambda(): Node;
}

/** b of some parameters, where the step at a length s is su + s²b. */
export interface Bend {
  /** u: what changes it leaves b behind. */
  readonly of: ChainDirections;
  readonly directions: ChainDirections;
  /** The longest s at which it bends, a scalar, beyond which steps are straight; null: it bends at any. */
  readonly longest: Node | null;
}

/** A step on its way through a chain of transforms. */
export interface ChainStep {
  /** ∂(loss + penalty)/∂θ. */
  readonly gradients: ChainDirections;
  /** u of θ ← θ − u; this is the value of `gradients` until a transform changes it. */
  readonly directions: ChainDirections;
  /** How the step bends; null where it is straight. A line search takes it in. */
  readonly bend: Bend | null;
  /** su, of a step that was taken as su + s²b; null: the directions. */
  readonly straight: ChainDirections | null;
  /** What preconditions; null where nothing does. Parameters with the plain gradient have none. */
  readonly metric: readonly MetricBlock[] | null;
  /** State that goes with the step, and stays as it was where the step is undone. */
  readonly updates: readonly Update[];
  /** What some of that state becomes instead where the step is undone. */
  readonly undone: readonly Update[];
  /** State that moves whether or not the step is undone. */
  readonly always: readonly Update[];
  /** Phases that are due before the step, in order. */
  readonly before: readonly Phase[];
  /** What a line search took of the step before it, a scalar; null where none searches. */
  readonly length: Node | null;
  /** Whether a step may be taken, a bool scalar each: where one is false the step is undone at the end. */
  readonly accepts: readonly ((step: ChainStep) => Node)[];
  /** Phases that are due after the step, in order. */
  readonly after: readonly Phase[];
  /** What is left to do when all transforms have acted, in order. */
  readonly last: readonly ((step: ChainStep) => ChainStep)[];
  readonly report: StepReport;
}

/** The values of some parameters among those of a step. */
export function valuesOf(directions: ChainDirections, params: readonly Variable[]): Node[] {
  const values = new Map(directions);
  return params.map((variable) => values.get(variable) as Node);
}

/** The same step with every direction changed. */
export function mapDirections(
  step: ChainStep,
  change: (value: Node, variable: Variable, index: number) => Node,
): ChainStep {
  const directions = step.directions.map(
    ([variable, value], index) => [variable, change(value, variable, index)] as const,
  );
  return { ...step, directions };
}
