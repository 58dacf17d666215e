import { diagonalBlock } from "../blocks/diagonal.ts";
import { factorGram } from "../blocks/gram.ts";
import type { MetricChoice } from "../core/choice.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * Every dense layer by the diagonal of the whole model's Fisher information, E[x̃² ⊗ δ²] over the model's
 * own responses. Its table throws MetricError for a number of samples that is no positive integer.
 */
export function diagonalMetrics(options: ApproximationOptions = {}): MetricChoice {
  return approximation("diagonal", "E[x̃² ⊗ δ²]", options, ({ x }, factors) =>
    diagonalBlock(factorGram(x, factors).diagonal()),
  );
}
