import { ekfacGram } from "../blocks/ekfacGram.ts";
import type { MetricTable } from "../core/table.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * EKFAC: every weight by (P ⊗ Q) diag(s) (P ⊗ Q)' with the eigenvectors of K-FAC's factors
 * A = PΛP' and G = QΓQ', and s = E[(P'x̃)² ⊗ (Q'δ)²], the diagonal of the weight's own block in that basis:
 * the nearest such matrix to it in the Frobenius norm (George et al. 2018, section 3).
 * @param options draws of the responses, sharing, and the table of other parameters
 * @returns a table
 * @throws MetricError for options out of range
 */
export function ekfacMetrics(options: ApproximationOptions = {}): MetricTable {
  const source = "George et al. 2018: E[(P'x̃)² ⊗ (Q'δ)²] in the basis of K-FAC";
  return approximation("ekfac", source, options, ({ x, factors, ...rows }) =>
    ekfacGram(x, factors, rows),
  );
}
