import {
  add,
  constant,
  div,
  greater,
  maximum,
  mean,
  mul,
  type Node,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  where,
} from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param, state } from "../core/parameter.ts";
import { ones, zeros } from "../init/constant.ts";

/** What `batchNorm` takes beside its size. */
export interface BatchNormSettings {
  /** Share of a batch in the running statistics, in (0, 1]; 0.1 by default. */
  readonly momentum?: number;
  /** Added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
  /** Whether the running variance is that of n − 1 degrees of freedom; true by default. */
  readonly unbiased?: boolean;
}

/** Options of batch normalisation. */
export interface BatchNormOptions extends Required<BatchNormSettings> {
  readonly features: number;
}

/**
 * γ (x − μ)/√(σ² + ε) + β per feature of x [n, features] (Ioffe and Szegedy 2015), with PyTorch's
 * defaults. When training, μ and σ² are the batch's (samples weighted) and move the running `mean` and
 * `variance`; when inferring, they are the running ones. Running statistics are averages of the batches
 * seen, without a share of their initial values: the first batch counts whole. The penalty of L2
 * leaves γ and β out.
 *
 * `batchNorm.paper(features)` has the numbers of Sun and Nielsen's experiment: momentum 0.001, ε 0.001,
 * and a running variance of n degrees of freedom.
 * @throws ShapeError for settings out of range and for an input of other width
 */
export const batchNorm = defModule(
  {
    name: "batchNorm",
    options: (features: number, settings: BatchNormSettings = {}): BatchNormOptions => {
      const { momentum = 0.1, epsilon = 1e-5, unbiased = true } = settings;
      const whole = Number.isInteger(features) && features > 0;
      if (!whole || !(momentum > 0 && momentum <= 1) || !(epsilon > 0)) {
        throw new ShapeError({
          where: "batchNorm",
          must: "features must be a positive integer, momentum within (0, 1] and epsilon positive",
          got: `${features}, ${momentum} and ${epsilon}`,
          todo: "call batchNorm(features, { momentum, epsilon })",
        });
      }
      return Object.freeze({ features, momentum, epsilon, unbiased });
    },
    params: ({ features }) => ({
      scale: param([features], ones, { decay: "none" }),
      offset: param([features], zeros, { decay: "none" }),
      mean: state([features], zeros),
      variance: state([features], ones),
      weight: state([], zeros),
    }),
    apply: (params, x, { options, mode, rowWeights, update }) => {
      const { features, momentum, epsilon, unbiased } = options;
      if (x.shape.length !== 2 || x.shape[1] !== features) {
        throw new ShapeError({
          where: "batchNorm",
          must: `its input must be [n, ${features}]`,
          got: `[${x.shape.join(", ")}]`,
          todo: "give it the width of the layer before it",
        });
      }
      const normalise = (mu: Node, variance: Node) => {
        const standard = mul(sub(x, mu), rsqrt(add(variance, epsilon)));
        return {
          response: add(mul(standard, params.scale), params.offset),
          preActivation: standard,
        };
      };
      if (mode === "infer") return normalise(params.mean, params.variance);
      const { count, average } = overSamples(x, rowWeights);
      const mu = average(x);
      const variance = average(square(sub(x, mu)));
      const spread = unbiased ? mul(variance, div(count, maximum(sub(count, 1), 1))) : variance;
      // The weight is 1 − (1 − momentum)ᵗ after t batches, so that these are averages of batches alone.
      const weight = add(mul(params.weight, 1 - momentum), momentum);
      const share = div(momentum, where(greater(weight, 0), weight, 1));
      const blend = (old: Node, now: Node) => add(old, mul(sub(now, old), share));
      update(params.mean, blend(params.mean, mu));
      update(params.variance, blend(params.variance, spread));
      update(params.weight, weight);
      return normalise(mu, variance);
    },
  },
  (make) => ({
    /** Batch normalisation as in the experiment of Sun and Nielsen 2017. */
    paper: (features: number) =>
      make(features, { momentum: 0.001, epsilon: 1e-3, unbiased: false }),
  }),
);

/** The number of samples, and means over them, with weights where there are any. */
function overSamples(x: Node, weights: Node | null) {
  if (weights === null) {
    const count: Node = constant(x.shape[0] as number);
    return { count, average: (value: Node) => mean(value, { axis: 0 }) };
  }
  const column = reshape(weights, [-1, 1]);
  const count = sum(column);
  return { count, average: (value: Node) => div(sum(mul(value, column), { axis: 0 }), count) };
}
