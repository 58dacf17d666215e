import { type KroneckerOptions, kronecker } from "../blocks/kronecker.ts";
import { kroneckerFactors } from "../blocks/kroneckerFactors.ts";
import type { MetricTable } from "../core/table.ts";
import type { Factors } from "../core/useMoments.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/** Options of `kfacMetrics`. */
export interface KfacOptions extends ApproximationOptions, Pick<KroneckerOptions, "split"> {}

/**
 * K-FAC: every weight by A ⊗ G with A = E[x̃x̃'] and G = E[δδ'], δ = ∂ ln p(y)/∂t over the model's own y
 * (Martens and Grosse 2015). It stands for the weight's block of the whole model's Fisher information,
 * E[x̃x̃' ⊗ δδ']. The rows of several uses and of positions count together, so the block of a reused
 * layer is a Kronecker product too (Eschenhagen et al. 2023).
 *
 * Weights that reach what is observed in other ways than by the outputs of their layers, such as residuals with derivatives by
 * the inputs, or in several batches, have factors of all of their uses: those of a stream of derivatives are rows without the bias,
 * and parts count by their weights (Dangel, Müller and Zeinhofer 2024, arXiv 2405.15603, section 3, whose Kronecker products by
 * parts are one here, of the sums of their factors). What is computed twice of the same points is one use; where a weight acts transposed too,
 * each way has a product. That takes weights in products, or by their rows in element-wise ops, and `sharing` "expand".
 *
 * Without `split` each inversion takes the eigenvectors of A and G, about 9(d³ + m³) multiply-adds:
 * `explain` tells them as `build`, and optimizers refuse what is beyond their `workBudget` (factors of
 * order 2,200 at every step), naming `split`, which takes Cholesky factors, fifty times less.
 * @param options split damping, draws of the responses, sharing, and the table of other parameters
 * @returns a table
 * @throws MetricError for options out of range; a step throws it for weights that act on samples in another way
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
