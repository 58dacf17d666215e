import type { MetricUse } from "@metrigrad/metric";
import type { OptimizerContext } from "./optimizer.ts";
import type { ChainStep } from "./step.ts";

/**
 * A link of a {@link chain}, which changes where a step goes.
 *
 * A transform is a value without state of its own. What it keeps from step to step are slots of the context.
 *
 * @category Optimizers: combining
 */
export interface Transform {
  /** The name, for records and errors. */
  readonly name: string;
  /** All settings that it was made with, as plain data for records. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The metric that it preconditions with, for `explain`; absent if it has none. */
  readonly metric?: MetricUse;
  /**
   * Returns the changed step. Throws GraphError or MetricError for a graph that does not fit.
   *
   * @param step - The step that comes from the transform before.
   * @param context - The graph of the training step.
   * @returns The step for the next transform.
   */
  transform(step: ChainStep, context: OptimizerContext): ChainStep;
}
