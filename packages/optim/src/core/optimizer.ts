import type { Node, Update } from "@metrigrad/graph";
import type { Application, AppliedParameter, RowLaw as Law } from "@metrigrad/nn";
import type { StepReport } from "./report.ts";

/** L2 inside the loss: ½β Σ‖W‖², over the parts of the parameters that decay. */
export interface Penalty {
  readonly beta: number;
  /** The scalar node. */
  readonly value: Node;
}

/** What an optimizer is given: the graph of one training step. */
export interface OptimizerContext {
  /** The data term, a scalar: the weighted mean over the batch of −ln p, in nats. */
  readonly loss: Node;
  /** What the model puts out for the batch, and the law around it that `loss` is of. */
  readonly prediction?: { readonly output: Node; readonly law: Law };
  /** The L2 term, null where there is none. */
  readonly penalty: Penalty | null;
  /** Uses of modules in the forward pass of `loss`. */
  readonly applications: readonly Application[];
  /** The same batch through the model in inference mode; built on the first call. */
  readonly inference: () => readonly Application[];
  readonly parameters: readonly AppliedParameter[];
  /** Rows of a batch. */
  readonly batchSize: number;
  /** Steps done before this one, a float scalar. */
  readonly step: Node;
  /** Steps done over steps of the whole run, a float scalar in [0, 1). */
  readonly progress: Node;
}

/**
 * Updates that are due together. Phases take effect in order: a later one sees what an earlier one
 * changed in the same step.
 */
export interface Phase {
  /** Due at every step whose number (from 0) is a multiple of this. */
  readonly every: number;
  /** Not due before this step; 0 by default. */
  readonly from?: number;
  readonly updates: readonly Update[];
  /** What can be told of a step at which this phase is due. */
  readonly report?: StepReport;
}

/** How parameters follow the gradient; a value without state of its own. */
export interface Optimizer {
  readonly name: string;
  /** Everything that it was made with, as plain data for records. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The updates of one step, parameters and own state. Throws GraphError and MetricError. */
  update(context: OptimizerContext): readonly Phase[];
}
