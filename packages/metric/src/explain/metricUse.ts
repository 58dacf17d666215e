import type { AppliedParameter } from "@metrigrad/nn";
import type { SolveEffort } from "../blocks/block.ts";
import type { Over } from "../blocks/over.ts";
import type { SolverChoice } from "../core/solverChoice.ts";
import type { MetricTable } from "../core/table.ts";
import type { SolvePrecision } from "./numberBytes.ts";

/**
 * The metric that an optimizer preconditions with.
 *
 * @category Optimizers: natural gradients
 */
export interface MetricUse {
  /** The table of metrics. */
  readonly metrics: MetricTable;
  /** Which batches the metric is over. */
  readonly over: Over;
  /** The most bytes that all blocks may keep. */
  readonly memoryBudget: number;
  /** The solver of all blocks, or solvers by path; null if the cost model chooses. */
  readonly solver: SolverChoice | null;
  /** How far solvers go that are not exact. */
  readonly effort?: SolveEffort;
  /** The element type in which the metric is made and solved; `"store"` by default. */
  readonly solvePrecision?: SolvePrecision;
}

/**
 * The metric that an optimizer uses for a part of the parameters.
 *
 * @category Optimizers: natural gradients
 */
export interface MetricPart {
  /** Whether the part takes a parameter that earlier parts left. */
  readonly takes: (parameter: AppliedParameter) => boolean;
  /** The metric of these parameters. */
  readonly metric: OptimizerMetric;
}

/**
 * The metric that an optimizer preconditions with: one for all parameters, one for each part of them, or null for
 * none.
 *
 * @category Optimizers: natural gradients
 */
export type OptimizerMetric = MetricUse | readonly MetricPart[] | null;

/** Parameters that are preconditioned alike; a metric of null stands for no preconditioning. */
export interface MeasuredPart {
  readonly metric: MetricUse | null;
  readonly parameters: readonly AppliedParameter[];
}

/** Groups the parameters by their metric. Parameters that no part takes have none. */
export function measuredParts(
  metric: OptimizerMetric,
  parameters: readonly AppliedParameter[],
): readonly MeasuredPart[] {
  if (metric === null || !isParts(metric)) return [{ metric, parameters }];
  let left = parameters;
  const found: MeasuredPart[] = [];
  for (const part of metric) {
    const taken = left.filter((one) => part.takes(one));
    left = left.filter((one) => !taken.includes(one));
    found.push(...measuredParts(part.metric, taken));
  }
  return [...found, { metric: null, parameters: left }];
}

function isParts(metric: MetricUse | readonly MetricPart[]): metric is readonly MetricPart[] {
  return Array.isArray(metric);
}
