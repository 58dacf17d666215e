import type { Variable } from "@metrigrad/graph";
import type { Metric } from "./defMetric.ts";

/**
 * Restricts a row of a module to the parameters that act in none of the known ways. The other parameters have the
 * rows of their uses.
 */
export function remaining(row: Metric): Metric {
  return Object.freeze({
    ...row,
    block: (context, use) => {
      const free = new Set<unknown>(
        context.uses.flatMap(({ kind, parameters }) => (kind === "free" ? parameters : [])),
      );
      const own: [string, Variable][] = Object.entries(context.params).filter(([, one]) =>
        free.has(one),
      );
      if (own.length === 0) return [];
      const params = Object.fromEntries(own);
      const application = { ...context.application, trained: params };
      return row.block({ ...context, params, application }, use);
    },
  } satisfies Metric);
}
