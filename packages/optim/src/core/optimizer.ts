import type { Node, Ranks, Update, Variable } from "@metrigrad/graph";
import type { OptimizerMetric } from "@metrigrad/metric";
import type { Application, AppliedParameter, Observation } from "@metrigrad/nn";
import type { FloatType, Initializer, ValueType } from "@metrigrad/tensor";
import type { StepReport } from "./report.ts";

/**
 * The L2 term of the loss, ½β Σ‖W‖², over those parts of the parameters that decay.
 *
 * @category Optimizers: combining
 */
export interface Penalty {
  /** The factor β. */
  readonly beta: number;
  /** The term itself, a scalar. */
  readonly value: Node;
}

/**
 * Options of a slot: a value that an optimizer keeps from step to step.
 *
 * @category Optimizers: combining
 */
export interface SlotOptions {
  /** The shape of the value; the parameter's shape by default. */
  readonly shape?: readonly number[];
  /** The type of the elements; `"float"` by default. */
  readonly type?: ValueType;
  /** The first value; zeros by default. */
  readonly init?: Initializer;
}

/**
 * The graph of one training step, from which an optimizer makes its updates.
 *
 * @category Optimizers: combining
 */
export interface OptimizerContext {
  /** The data term, a scalar: the mean of the samples' losses over the batch. */
  readonly loss: Node;
  /** The L2 term; null if there is none. */
  readonly penalty: Penalty | null;
  /** The outputs that are observed, each with its law, where `loss` is −ln p of them; empty for other losses. */
  readonly observed: readonly Observation[];
  /** The uses of modules in the forward pass of `loss`. */
  readonly applications: readonly Application[];
  /**
   * Returns the uses of modules when the same batch passes through the model in inference mode. The first call builds
   * that pass.
   */
  readonly inference: () => readonly Application[];
  /** The parameters that the optimizer trains. */
  readonly parameters: readonly AppliedParameter[];
  /** The number n of samples in a batch, of this rank where there are several. */
  readonly samples: number;
  /**
   * The processes that take each step together, each on its own samples; one if left out. `loss` and `applications` are those of
   * this rank. {@link gradients} and metrics are those of the whole batch, and all state must follow from such values.
   */
  readonly ranks?: Ranks;
  /** The type that `float` stands for in the store. */
  readonly float: FloatType;
  /** The float types of the store's backend; all types if left out. */
  readonly floats?: readonly FloatType[];
  /** The number of steps of this optimizer before this one, a float scalar. */
  readonly step: Node;
  /** The share of the run that is done, a float scalar in [0, 1); 0 if the run has no known end. */
  readonly progress: Node;
  /**
   * Returns the variable that holds a value for a parameter from step to step. The same parameter and name give the
   * same variable.
   */
  readonly slot: (parameter: Variable, name: string, options?: SlotOptions) => Variable;
  /**
   * Gradients in the order of the parameters that do not come from this batch alone, such as accumulated ones. If
   * null, the gradients are ∂(loss + penalty)/∂θ.
   */
  readonly gradients: readonly Node[] | null;
}

/**
 * Updates that are made together.
 *
 * The phases of a step run in order: a later phase sees what an earlier one changed in the same step. A phase is due
 * at step k, counted from 0, if k is `offset` more than a multiple of `every`, and at least `from`.
 *
 * @category Optimizers: combining
 */
export interface Phase {
  /** The number of steps from one time that the phase is due to the next. */
  readonly every: number;
  /** The step, counted within `every`, at which the phase is due; 0 by default. */
  readonly offset?: number;
  /** The first step at which the phase may be due; 0 by default. */
  readonly from?: number;
  /** The new values of variables. */
  readonly updates: readonly Update[];
  /**
   * The data term at the parameters before the step, a scalar. An optimizer gives it if it knows the value without a
   * forward pass of its own. It then counts as the loss of the steps at which this phase is due.
   */
  readonly loss?: Node;
  /** The report of a step at which this phase is due. */
  readonly report?: StepReport;
}

/**
 * The rule by which parameters follow the gradient.
 *
 * An optimizer is a value without state of its own. What it keeps from step to step lies on the store.
 *
 * @category Optimizers: combining
 */
export interface Optimizer {
  /** The name, which is also part of the path of its state on the store: `optimizer/<name>/…`. */
  readonly name: string;
  /** All settings that it was made with, as plain data for records. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The metric that it preconditions with, for `explain`; null or absent if it has none. */
  readonly metric?: OptimizerMetric;
  /**
   * The name of the slot with the averages that are evaluated in place of the points of the steps; null or absent if
   * it does not average.
   *
   * A training step then keeps the averages as the parameters on the store, and the points of the steps in the slot.
   * An `update` sees the points as parameters and the averages in the slot. A parameter has no average if `update`
   * never asks for its slot.
   */
  readonly averages?: string | null;
  /**
   * Whether it compares the losses and gradients of different steps, as quasi-Newton methods do; false by default. Then the loss
   * must be the same function at each step, so each batch must have all rows, and nothing else may move the parameters.
   */
  readonly fixedLoss?: boolean;
  /**
   * Returns the updates of one step, of the parameters and of the optimizer's own state. Throws GraphError or
   * MetricError for a graph that does not fit.
   *
   * @param context - The graph of the training step.
   * @returns The phases, in the order in which they run.
   */
  update(context: OptimizerContext): readonly Phase[];
}
