import { type KroneckerOptions, kronecker } from "../blocks/kronecker.ts";
import { kroneckerFactors } from "../blocks/kroneckerFactors.ts";
import type { MetricChoice } from "../core/choice.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/** What `kfacMetrics` may be told. */
export interface KfacOptions extends ApproximationOptions, Pick<KroneckerOptions, "split"> {}

/**
 * K-FAC: every dense layer by A ⊗ G with A = E[x̃x̃'] and G = E[δδ'], δ = ∂ ln p(y)/∂t over the model's own y
 * (Martens and Grosse 2015). It stands for the layer's block of the whole model's Fisher information,
 * E[x̃x̃' ⊗ δδ']. Without `split` each inversion takes the eigenvectors of A and G, about 9(d³ + m³) multiply-adds:
 * `explain` tells them as `build`, and optimizers refuse what is beyond their `workBudget` (factors of order 2,200 at every
 * step), naming `split`, which takes Cholesky factors, fifty times less. Its table throws MetricError for a number of
 * samples that is no positive integer.
 */
export function kfacMetrics(options: KfacOptions = {}): MetricChoice {
  const { split = false } = options;
  const source = "Martens and Grosse 2015: E[x̃x̃'] ⊗ E[δδ']";
  return approximation("K-FAC", source, options, ({ x }, factors) => {
    const { a, g } = kroneckerFactors(x, factors);
    return kronecker(a, g, { form: "K-FAC", split });
  });
}
