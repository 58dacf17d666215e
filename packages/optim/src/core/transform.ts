import type { MetricUse } from "@metrigrad/metric";
import type { OptimizerContext } from "./optimizer.ts";
import type { ChainStep } from "./step.ts";

/** One link of a chain: changes where a step goes; a value without state of its own. */
export interface Transform {
  readonly name: string;
  /** Everything that it was made with, as plain data for records. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What it preconditions with, for `explain`. */
  readonly metric?: MetricUse;
  /** Throws GraphError and MetricError. */
  transform(step: ChainStep, context: OptimizerContext): ChainStep;
}
