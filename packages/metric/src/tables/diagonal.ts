import { diagonalBlock } from "../blocks/diagonal.ts";
import { factorGram } from "../blocks/gram.ts";
import type { MetricTable } from "../core/table.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * Every weight by the diagonal of the whole model's Fisher information, E[x̃² ⊗ δ²] over the model's own
 * responses.
 * @param options draws of the responses, sharing, and the table of other parameters
 * @returns a table
 * @throws MetricError for options out of range
 */
export function diagonalMetrics(options: ApproximationOptions = {}): MetricTable {
  return approximation("diagonal", "E[x̃² ⊗ δ²]", options, ({ x, factors, ...rows }) =>
    diagonalBlock(factorGram(x, factors, rows).diagonal()),
  );
}
