import { square, sum } from "@metrigrad/graph";
import { diagonalBlock } from "../blocks/diagonal.ts";
import { factorGram } from "../blocks/gram.ts";
import { quasiDiagonalGram } from "../blocks/quasiDiagonal.ts";
import type { MetricTable } from "../core/table.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * Every weight by the quasi-diagonal reduction of its units' blocks E[δ_i² x̃x̃'] of the whole model's
 * Fisher information: the diagonal, and what couples each weight of a unit with its bias (Ollivier
 * 2015); without a bias it is the diagonal.
 * @param options draws of the responses, sharing, and the table of other parameters
 * @returns a table
 * @throws MetricError for options out of range
 */
export function quasiDiagonalMetrics(options: ApproximationOptions = {}): MetricTable {
  const source = "Ollivier 2015: diagonal and bias row of E[δ_i² x̃x̃']";
  return approximation("quasiDiagonal", source, options, ({ x, factors, bias, ...rows }) =>
    bias
      ? quasiDiagonalGram(x, sum(square(factors), { axis: 2 }), rows)
      : diagonalBlock(factorGram(x, factors, { bias, ...rows }).diagonal()),
  );
}
