import { gram, type Node, reshape, transpose } from "@metrigrad/graph";
import { sharedGram } from "../blocks/gram.ts";
import { type KroneckerOptions, kronecker } from "../blocks/kronecker.ts";
import type { MetricChoice } from "../core/choice.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";

/** What `kfacMetrics` may be told. */
export interface KfacOptions extends ApproximationOptions, Pick<KroneckerOptions, "split"> {}

/**
 * K-FAC: every dense layer by A ⊗ G with A = E[x̃x̃'] and G = E[δδ'], δ = ∂ ln p(y)/∂t over the model's own y
 * (Martens and Grosse 2015). It stands for the layer's block of the whole model's Fisher information,
 * E[x̃x̃' ⊗ δδ']. Its table throws MetricError for a number of samples that is no positive integer.
 */
export function kfacMetrics(options: KfacOptions = {}): MetricChoice {
  const { split = false } = options;
  const source = "Martens and Grosse 2015: E[x̃x̃'] ⊗ E[δδ']";
  return approximation("K-FAC", source, options, ({ x }, factors) => {
    const { a, g } = kroneckerFactors(x, factors);
    return kronecker(a, g, { form: "K-FAC", split });
  });
}

/** A = E[x̃x̃'] [d, d] and G = E[FF'] [m, m]. */
export function kroneckerFactors(x: Node, factors: Node): { readonly a: Node; readonly g: Node } {
  const [n = 0, m = 0, r = 0] = factors.shape;
  const inputs = sharedGram(x, 1).toMatrices();
  const d = inputs.shape[1] as number;
  const rows = reshape(transpose(factors), [n * r, m]);
  return { a: reshape(inputs, [d, d]), g: gram(rows, { alpha: 1 / n }) };
}
