import { ekfacGram } from "../blocks/ekfacGram.ts";
import type { MetricTable } from "../core/table.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * Makes a table by which every weight takes the EKFAC metric (P ⊗ Q) diag(s) (P ⊗ Q)' (George et al. 2018, section
 * 3).
 *
 * P and Q are the eigenvectors of K-FAC's factors A = PΛP' and G = QΓQ'. s = E[(P'x̃)² ⊗ (Q'δ)²] is the diagonal of
 * the weight's own block in that basis. In the Frobenius norm it is the nearest such matrix to that block. The table
 * is also `metrics.ekfac`.
 *
 * @param options - The draws of the responses, the sharing, and the table of other parameters.
 * @returns The table.
 * @throws {@link MetricError} for options out of range.
 * @category Metrics: tables
 */
export function ekfacMetrics(options: ApproximationOptions = {}): MetricTable {
  const source = "George et al. 2018: E[(P'x̃)² ⊗ (Q'δ)²] in the basis of K-FAC";
  return approximation("ekfac", source, options, ({ x, factors, ...rows }) =>
    ekfacGram(x, factors, rows),
  );
}
