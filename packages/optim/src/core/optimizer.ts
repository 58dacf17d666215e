import type { Node, Update, Variable } from "@metrigrad/graph";
import type { OptimizerMetric } from "@metrigrad/metric";
import type { Application, AppliedParameter, Observation } from "@metrigrad/nn";
import type { FloatType, Initializer, ValueType } from "@metrigrad/tensor";
import type { StepReport } from "./report.ts";

/** L2 inside the loss: ½β Σ‖W‖², over the parts of the parameters that decay. */
export interface Penalty {
  readonly beta: number;
  /** The scalar node. */
  readonly value: Node;
}

/** A value that an optimizer keeps. */
export interface SlotOptions {
  /** That of the parameter by default. */
  readonly shape?: readonly number[];
  /** `float` by default. */
  readonly type?: ValueType;
  /** Zeros by default. */
  readonly init?: Initializer;
}

/** What an optimizer is given: the graph of one training step. */
export interface OptimizerContext {
  /** The data term, a scalar: the mean over the batch of the loss of a sample. */
  readonly loss: Node;
  /** The L2 term, null where there is none. */
  readonly penalty: Penalty | null;
  /** What is observed of the model, and under which laws `loss` is −ln p of it; empty for other losses. */
  readonly observed: readonly Observation[];
  /** Uses of modules in the forward pass of `loss`. */
  readonly applications: readonly Application[];
  /** The same batch through the model in inference mode; built on the first call. */
  readonly inference: () => readonly Application[];
  readonly parameters: readonly AppliedParameter[];
  /** Samples n of a batch. */
  readonly samples: number;
  /** What `float` is in the store. */
  readonly float: FloatType;
  /** Those that its backend has; all where they are left out. */
  readonly floats?: readonly FloatType[];
  /** Steps of this optimizer before this one, a float scalar. */
  readonly step: Node;
  /** Steps done over steps of the whole run, a float scalar in [0, 1); 0 where the run has no end. */
  readonly progress: Node;
  /** A value that the optimizer keeps for a parameter from step to step: the same one for the same name. */
  readonly slot: (parameter: Variable, name: string, options?: SlotOptions) => Variable;
  /**
   * Gradients that do not come from this batch alone, such as accumulated ones, in the order of the
   * parameters; null: ∂(loss + penalty)/∂θ.
   */
  readonly gradients: readonly Node[] | null;
}

/**
 * Updates that are due together. Phases take effect in order: a later one sees what an earlier one
 * changed in the same step.
 */
export interface Phase {
  /** Due at every step whose number (from 0) is `offset` more than a multiple of this. */
  readonly every: number;
  /** 0 by default. */
  readonly offset?: number;
  /** Not due before this step; 0 by default. */
  readonly from?: number;
  readonly updates: readonly Update[];
  /**
   * The data term at the parameters as they are before the step, where the optimizer knows it without a forward pass of
   * its own; a scalar. It stands for the loss of a step at which this phase is due.
   */
  readonly loss?: Node;
  /** What can be reported of a step at which this phase is due. */
  readonly report?: StepReport;
}

/** How parameters follow the gradient; a value without state of its own. */
export interface Optimizer {
  readonly name: string;
  /** Everything that it was made with, as plain data for records. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What it preconditions with, for `explain`; null or absent: nothing. */
  readonly metric?: OptimizerMetric;
  /**
   * The slot of averages that are evaluated in place of the points of the steps, where there is one. A training step then keeps
   * the averages as the parameters on the store, and the points of the steps in the slot; an `update` sees it the other way round.
   * Parameters whose slot is not asked for have no average.
   */
  readonly averages?: string | null;
  /** The updates of one step, parameters and own state. Throws GraphError and MetricError. */
  update(context: OptimizerContext): readonly Phase[];
}
