import { concat, fill, mean, mul, type Node, reshape, square, transpose } from "@metrigrad/graph";
import { batchNorm, gaussian } from "@metrigrad/nn";
import { denseBlock } from "../blocks/dense.ts";
import { defMetric, type Metric } from "../core/defMetric.ts";

/** What `batchNormMetric` may be told. */
export interface BatchNormMetricOptions {
  /** σ, standard deviation of the response; 1 by default. */
  readonly sigma?: number;
}

/**
 * Scale and offset of batch normalisation: h = γx̂ + β ~ N(·, σ²) has σ⁻²E[[x̂², x̂], [x̂, 1]] in (γ, β), a
 * matrix of two for every feature. The columns [2, features] are the scales above the offsets. Mean
 * and variance of the batch are held fixed.
 */
export function batchNormMetric(options: BatchNormMetricOptions = {}): Metric {
  const law = gaussian({ sigma: options.sigma ?? 1 });
  const weight = (options.sigma ?? 1) ** -2;
  return defMetric(batchNorm, {
    law,
    source: "σ⁻²E[[x̂², x̂], [x̂, 1]] in scale and offset",
    block: ({ options: { features }, params, preActivation: x }) => {
      const row = [1, features];
      const [squares, first] = [mean(square(x), { axis: 0 }), mean(x, { axis: 0 })].map((one) =>
        mul(reshape(one, row), weight),
      ) as [Node, Node];
      const all = concat([squares, first, first, fill(row, weight)], 0);
      const matrices = reshape(transpose(all), [features, 2, 2]);
      const block = denseBlock(matrices, features, "scale and offset", "own");
      return [{ params: [params.scale, params.offset], block }];
    },
    responseModel: ({ response }) => ({ law, natural: response }),
    example: () => batchNorm(2),
  });
}
