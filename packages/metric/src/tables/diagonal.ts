import { diagonalBlock } from "../blocks/diagonal.ts";
import { factorGram } from "../blocks/gram.ts";
import type { MetricTable } from "../core/table.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * Makes a table by which every weight takes the diagonal of the whole model's Fisher information, E[x̃² ⊗ δ²].
 *
 * The expectation is over the model's own responses. The table is also `metrics.diagonal`.
 *
 * @param options - The draws of the responses, the sharing, and the table of other parameters.
 * @returns The table.
 * @throws {@link MetricError} for options out of range.
 * @category Metrics: tables
 */
export function diagonalMetrics(options: ApproximationOptions = {}): MetricTable {
  return approximation("diagonal", "E[x̃² ⊗ δ²]", options, ({ x, factors, ...rows }) =>
    diagonalBlock(factorGram(x, factors, rows).diagonal()),
  );
}
