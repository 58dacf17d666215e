import type { AppliedParameter } from "@metrigrad/nn";
import type { SolveEffort } from "../blocks/block.ts";
import type { Over } from "../blocks/over.ts";
import type { SolverChoice } from "../core/solverChoice.ts";
import type { MetricTable } from "../core/table.ts";
import type { SolvePrecision } from "./numberBytes.ts";

/** What an optimizer preconditions with. */
export interface MetricUse {
  readonly metrics: MetricTable;
  readonly over: Over;
  readonly memoryBudget: number;
  readonly solver: SolverChoice | null;
  /** How far solvers go that are not exact. */
  readonly effort?: SolveEffort;
  /** `"store"` by default. */
  readonly solvePrecision?: SolvePrecision;
}

/** What an optimizer preconditions some parameters with: those that it takes, of what earlier parts left. */
export interface MetricPart {
  readonly takes: (parameter: AppliedParameter) => boolean;
  readonly metric: OptimizerMetric;
}

/** What an optimizer preconditions with: everything alike, part by part, or nothing. */
export type OptimizerMetric = MetricUse | readonly MetricPart[] | null;

/** Parameters that are preconditioned alike; null: by nothing. */
export interface MeasuredPart {
  readonly metric: MetricUse | null;
  readonly parameters: readonly AppliedParameter[];
}

/** The parameters by what they are preconditioned with; those that no part takes have nothing. */
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
