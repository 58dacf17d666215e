import {
  div,
  gram,
  greater,
  mean,
  mul,
  type Node,
  reshape,
  transpose,
  where,
} from "@metrigrad/graph";
import { sharedGram } from "./gram.ts";
import { type RowOptions, rootWeighted, rowOptions } from "./rowWeights.ts";

/** Options of the factors of a layer. */
export interface KroneckerRowOptions extends RowOptions {
  /** Rows are x̃ = (x, 1); true by default. */
  readonly bias?: boolean;
}

/**
 * A = Σ_s w_s x̃_sx̃_s'/Σ_s w_s [d, d] and G = (1/samples) Σ_s w_s F_sF_s' [m, m] of factors F [n, m, r]: A ⊗ G stands for
 * (1/samples) Σ_s w_s x̃_sx̃_s' ⊗ F_sF_s'. Where several rows come from one sample that is K-FAC "expand" (Eschenhagen et
 * al. 2023). Throws ShapeError and MetricError.
 */
export function kroneckerFactors(
  x: Node,
  factors: Node,
  options: KroneckerRowOptions = {},
): { readonly a: Node; readonly g: Node } {
  const [n = 0, m = 0, r = 0] = factors.shape;
  const { weights, share } = rowOptions("kroneckerFactors", n, options);
  const { bias = true } = options;
  const inputs = sharedGram(x, 1, { bias, weights }).toMatrices();
  const d = inputs.shape[1] as number;
  const rows = reshape(transpose(rootWeighted(factors, weights)), [n * r, m]);
  const a = reshape(inputs, [d, d]);
  return {
    a: weights === null ? a : perMean(a, weights),
    g: gram(rows, { alpha: share }),
  };
}

/** A value over the mean of the weights; 0 where all are 0. */
function perMean(value: Node, weights: Node): Node {
  const typical = mean(weights);
  const some = greater(typical, 0);
  return mul(value, where(some, div(1, where(some, typical, 1)), 0));
}
