import type { Node, Update } from "@metrigrad/graph";
import {
  type Block,
  type Columns,
  type DampedSolve,
  type Damping,
  packed,
  type Solver,
  type Subsystem,
} from "@metrigrad/metric";
import type { OptimizerContext, Phase } from "../core/optimizer.ts";
import { type ChainStep, type MetricBlock, valuesOf } from "../core/step.ts";
import type { FullPrecondition } from "./settings.ts";

/** A subsystem that has a metric. */
export type Measured = Subsystem & { readonly block: Block };

/** What a way of preconditioning works on. */
export interface PreconditionTask {
  readonly measured: readonly Measured[];
  readonly dampingOf: (subsystem: Subsystem) => Damping;
  /** Returns the solver of a subsystem within the memory budget. */
  readonly solverOf: (subsystem: Measured) => Solver;
  readonly settings: FullPrecondition;
  readonly step: ChainStep;
  readonly context: OptimizerContext;
}

/** The metric of some parameters, solved at its damping, and the direction that it gives. */
export interface PreconditionedBlock extends MetricBlock, DampedSolve {
  readonly path: string;
  /** The paths of the parameters. */
  readonly names: readonly string[];
  readonly solver: string;
  /** What its matrices are over. */
  readonly columns: Columns;
  /**
   * Returns the step's direction for which it is solved, [d, m]. It is in the floats of the solve if it is made for
   * the solve.
   */
  readonly asked: () => Node;
  /** The solution (g + λI)⁻¹ of that direction, [d, m], in the floats of the solve. */
  readonly solved: Node;
  /** The same solution in the floats of the store. */
  readonly direction: Node;
}

/** The metric of a step, and the phases and updates that hold it. */
export interface Preconditioned {
  readonly blocks: readonly PreconditionedBlock[];
  readonly before: readonly Phase[];
  readonly always: readonly Update[];
}

/** Returns how the values of a subsystem's parameters become columns of its block. */
export function packing({ params, names, block }: Measured) {
  const { columns } = block;
  return { params, names, columns, pack: (values: readonly Node[]) => packed(block, values) };
}

/** Returns the step's directions as columns [d, m]. */
export function columnsOf(
  { directions }: ChainStep,
  { params, pack }: Pick<MetricBlock, "params" | "pack">,
): Node {
  return pack(valuesOf(directions, params));
}
