import type { Plan } from "@metrigrad/tensor";

/** How much of each step of a plan is work on the metric, in [0, 1]. */
export function metricShares(plan: Plan): number[] {
  return plan.steps.map(({ metric = 0 }) => metric);
}
