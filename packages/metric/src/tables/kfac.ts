import { type KroneckerOptions, kronecker } from "../blocks/kronecker.ts";
import { kroneckerFactors } from "../blocks/kroneckerFactors.ts";
import type { MetricTable } from "../core/table.ts";
import type { Factors } from "../core/useMoments.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/**
 * Options of {@link kfacMetrics}.
 *
 * @category Metrics: tables
 */
export interface KfacOptions extends ApproximationOptions, Pick<KroneckerOptions, "split"> {}

/**
 * Makes a table by which every weight takes the K-FAC metric A ⊗ G, with A = E[x̃x̃'] and G = E[δδ'] (Martens and
 * Grosse 2015).
 *
 * δ = ∂ ln p(y)/∂t is over the model's own y. A ⊗ G stands for the weight's block of the whole model's Fisher
 * information, E[x̃x̃' ⊗ δδ']. The rows of several uses and of positions count together, so the block of a reused
 * layer is a Kronecker product too (Eschenhagen et al. 2023). The table is also `metrics.kfac`.
 *
 * Some weights reach the observed values in other ways than by the outputs of their layers, or in several batches.
 * Residuals with derivatives by the inputs are an example. Such weights have factors of all of their uses. Rows of a
 * stream of derivatives have no bias, and parts count by their weights (Dangel, Müller and Zeinhofer 2024, arXiv
 * 2405.15603, section 3). That paper has a Kronecker product for each part. Here there is one product, of the sums of
 * their factors. Values that are computed twice from the same points are one use. A weight that also acts transposed
 * has a product for each way. Such weights must act in products, or by their rows in element-wise ops, and `sharing`
 * must be "expand". If they do not, a training step throws a MetricError.
 *
 * Without `split` each inversion takes the eigenvectors of A and G, about 9(d³ + m³) multiply-adds. {@link explain}
 * shows them as `build`. Optimizers refuse work beyond their `workBudget`, which factors of order 2,200 reach at
 * every step. With `split` Cholesky factors take about a fiftieth of it.
 *
 * @param options - The split of the damping, the draws of the responses, the sharing, and the table of other
 *   parameters.
 * @returns The table.
 * @throws {@link MetricError} for options out of range.
 * @category Metrics: tables
 */
export function kfacMetrics(options: KfacOptions = {}): MetricTable {
  const { split = false } = options;
  const source = "Martens and Grosse 2015: E[x̃x̃'] ⊗ E[δδ']";
  const blockOf = ({ a, g }: Factors) => kronecker(a, g, { form: "K-FAC", split });
  return approximation(
    "kfac",
    source,
    options,
    ({ x, factors, ...rows }) => blockOf(kroneckerFactors(x, factors, rows)),
    blockOf,
  );
}
