import type { Plan } from "@metrigrad/tensor";

/**
 * How much of each step of a plan is work on the metric, in [0, 1]: the share of its labels, one per
 * fused node, whose scope begins with "metric".
 */
export function metricShares(plan: Plan): number[] {
  return plan.steps.map(({ label }) => {
    const labels = label.split("+");
    return labels.filter((text) => text.includes("(metric")).length / labels.length;
  });
}
