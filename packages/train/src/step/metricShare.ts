import type { Plan } from "@metrigrad/tensor";

/** Returns the share of each step of a plan that is work on the metric, in [0, 1]. */
export function metricShares(plan: Plan): number[] {
  return plan.steps.map(({ metric = 0 }) => metric);
}
