import { square, sum } from "@metrigrad/graph";
import { diagonalBlock } from "../blocks/diagonal.ts";
import { factorGram } from "../blocks/gram.ts";
import { quasiDiagonalGram } from "../blocks/quasiDiagonal.ts";
import type { MetricTable } from "../core/table.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * Makes a table by which every weight takes the quasi-diagonal reduction of its units' blocks of the whole model's
 * Fisher information (Ollivier 2015).
 *
 * Of each block E[δ_i² x̃x̃'] it keeps the diagonal, and what couples each weight of a unit with its bias. Without a
 * bias it is the diagonal. The table is also `metrics.quasiDiagonal`.
 *
 * @param options - The draws of the responses, the sharing, and the table of other parameters.
 * @returns The table.
 * @throws {@link MetricError} for options out of range.
 * @category Metrics: tables
 */
export function quasiDiagonalMetrics(options: ApproximationOptions = {}): MetricTable {
  const source = "Ollivier 2015: diagonal and bias row of E[δ_i² x̃x̃']";
  return approximation("quasiDiagonal", source, options, ({ x, factors, bias, ...rows }) =>
    bias
      ? quasiDiagonalGram(x, sum(square(factors), { axis: 2 }), rows)
      : diagonalBlock(factorGram(x, factors, { bias, ...rows }).diagonal()),
  );
}
