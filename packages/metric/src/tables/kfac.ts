import { gram, type Node, reshape, transpose } from "@metrigrad/graph";
import { sharedGram } from "../blocks/gram.ts";
import { type KroneckerOptions, kronecker } from "../blocks/kronecker.ts";
import type { MetricTable } from "../core/table.ts";
import { type ApproximationOptions, approximation, type LayerRows } from "./approximation.ts";

/** What `kfacMetrics` may be told. */
export interface KfacOptions extends ApproximationOptions, Pick<KroneckerOptions, "split"> {}

/**
 * K-FAC: every weight by A ⊗ G with A = E[x̃x̃'] and G = E[δδ'], δ = ∂ ln p(y)/∂t over the model's own y
 * (Martens and Grosse 2015). It stands for the weight's block of the whole model's Fisher information,
 * E[x̃x̃' ⊗ δδ']. The rows of several uses and of positions count together, so the block of a reused
 * layer is a Kronecker product too (Eschenhagen et al. 2023).
 * @param options split damping, draws of the responses, sharing, and the table of other parameters
 * @returns a table
 * @throws MetricError for options out of range
 */
export function kfacMetrics(options: KfacOptions = {}): MetricTable {
  const { split = false } = options;
  const source = "Martens and Grosse 2015: E[x̃x̃'] ⊗ E[δδ']";
  return approximation("kfac", source, options, (rows) => {
    const { a, g } = kroneckerFactors(rows);
    return kronecker(a, g, { form: "K-FAC", split });
  });
}

/** A = E[x̃x̃'] [d, d] over rows, and G = E[FF'] [m, m], summed over the rows of a sample. */
export function kroneckerFactors({ x, bias, factors, weights, samples }: LayerRows): {
  readonly a: Node;
  readonly g: Node;
} {
  const [n = 0, m = 0, r = 0] = factors.shape;
  const inputs = sharedGram(x, 1, { bias, weights }).toMatrices();
  const d = inputs.shape[1] as number;
  const scores = reshape(transpose(factors), [n * r, m]);
  return { a: reshape(inputs, [d, d]), g: gram(scores, { alpha: 1 / samples }) };
}
