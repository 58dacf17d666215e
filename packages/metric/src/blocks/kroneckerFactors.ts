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
import { checkOptions } from "../core/arguments.ts";
import { sharedGram } from "./gram.ts";
import { type RowOptions, rootWeighted, rowOptions } from "./rowWeights.ts";

/**
 * Options of {@link kroneckerFactors}.
 *
 * @category Metrics: blocks
 */
export interface KroneckerRowOptions extends RowOptions {
  /** Whether the rows are x̃ = (x, 1); true by default. */
  readonly bias?: boolean;
}

/**
 * Makes the two Kronecker factors of a layer: A ⊗ G stands for (1/samples) Σ_s w_s x̃_sx̃_s' ⊗ F_sF_s'.
 *
 * The factors are A = Σ_s w_s x̃_sx̃_s'/Σ_s w_s and G = (1/samples) Σ_s w_s F_sF_s'. If several rows come from one
 * sample, that is K-FAC "expand" (Eschenhagen et al. 2023).
 *
 * @param x - The rows: [n, d − 1] with a bias, else [n, d].
 * @param factors - The factors F, [n, m, r].
 * @param options - Bias, weights w of the rows and number of samples.
 * @returns The factors A [d, d] and G [m, m].
 * @throws {@link ShapeError} if rows, factors or weights do not fit.
 * @throws {@link MetricError} if the number of samples is not positive.
 * @category Metrics: blocks
 */
export function kroneckerFactors(
  x: Node,
  factors: Node,
  options: KroneckerRowOptions = {},
): {
  /** The factor A over the rows of the parameter, [d, d]. */
  readonly a: Node;
  /** The factor G over the columns of the parameter, [m, m]. */
  readonly g: Node;
} {
  checkOptions("kroneckerFactors", options, ["bias", "weights", "samples"]);
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

/** Divides a value by the mean of the weights; returns 0 where all weights are 0. */
function perMean(value: Node, weights: Node): Node {
  const typical = mean(weights);
  const some = greater(typical, 0);
  return mul(value, where(some, div(1, where(some, typical, 1)), 0));
}
