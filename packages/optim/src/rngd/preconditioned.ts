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

/** What a way of preconditioning is given. */
export interface PreconditionTask {
  readonly measured: readonly Measured[];
  readonly dampingOf: (subsystem: Subsystem) => Damping;
  /** How a subsystem is solved within the memory budget. */
  readonly solverOf: (subsystem: Measured) => Solver;
  readonly settings: FullPrecondition;
  readonly step: ChainStep;
  readonly context: OptimizerContext;
}

/** The metric of some parameters, solved at its damping, and where the step goes by it. */
export interface PreconditionedBlock extends MetricBlock, DampedSolve {
  readonly path: string;
  /** Paths of the parameters. */
  readonly names: readonly string[];
  readonly solver: string;
  /** What its matrices are over. */
  readonly columns: Columns;
  /** The step's direction that it is solved for, [d, m], in the floats of the solve where it is made for that. */
  readonly asked: () => Node;
  /** (g + λI)⁻¹ of it, [d, m], in the floats of the solve. */
  readonly solved: Node;
  /** The same in the floats of the store. */
  readonly direction: Node;
}

/** The metric of a step, and what holds it. */
export interface Preconditioned {
  readonly blocks: readonly PreconditionedBlock[];
  readonly before: readonly Phase[];
  readonly always: readonly Update[];
}

/** How the values of a subsystem's parameters become columns of its block. */
export function packing({ params, names, block }: Measured) {
  const { columns } = block;
  return { params, names, columns, pack: (values: readonly Node[]) => packed(block, values) };
}

/** Columns [d, m] of where the step goes. */
export function columnsOf(
  { directions }: ChainStep,
  { params, pack }: Pick<MetricBlock, "params" | "pack">,
): Node {
  return pack(valuesOf(directions, params));
}
