import { ekfacGram } from "../blocks/ekfacGram.ts";
import type { MetricChoice } from "../core/choice.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * EKFAC: every dense layer by (P ⊗ Q) diag(s) (P ⊗ Q)' with the eigenvectors of K-FAC's factors
 * A = PΛP' and G = QΓQ', and s = E[(P'x̃)² ⊗ (Q'δ)²], the diagonal of the layer's own block in that basis:
 * the nearest such matrix to it in the Frobenius norm (George et al. 2018, section 3). The eigenvectors take about
 * 9(d³ + m³) multiply-adds whenever it is made. Its table throws MetricError for a number of samples that is no positive
 * integer.
 */
export function ekfacMetrics(options: ApproximationOptions = {}): MetricChoice {
  const source = "George et al. 2018: E[(P'x̃)² ⊗ (Q'δ)²] in the basis of K-FAC";
  return approximation("EKFAC", source, options, ({ x }, factors) => ekfacGram(x, factors));
}
