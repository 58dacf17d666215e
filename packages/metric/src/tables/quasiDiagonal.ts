import { square, sum } from "@metrigrad/graph";
import { quasiDiagonalGram } from "../blocks/quasiDiagonal.ts";
import type { MetricChoice } from "../core/choice.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * Every dense layer by the quasi-diagonal reduction of its units' blocks E[δ_i² x̃x̃'] of the whole model's
 * Fisher information: the diagonal, and what couples each weight of a unit with its bias (Ollivier
 * 2015). Its table throws MetricError for a number of samples that is no positive integer.
 */
export function quasiDiagonalMetrics(options: ApproximationOptions = {}): MetricChoice {
  const source = "Ollivier 2015: diagonal and bias row of E[δ_i² x̃x̃']";
  return approximation("quasi-diagonal", source, options, ({ x }, factors) =>
    quasiDiagonalGram(x, sum(square(factors), { axis: 2 })),
  );
}
