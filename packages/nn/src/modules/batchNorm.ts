import { add, div, mean, mul, type Node, reshape, rsqrt, square, sub, sum } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param, state } from "../core/parameter.ts";
import { ones, zeros } from "../init/constant.ts";

/** What `batchNorm` takes beside its size. */
export interface BatchNormSettings {
  /** Weight of the past in the running statistics; 0.999 by default. */
  readonly decay?: number;
  /** Added to the variance; 1e-3 by default. */
  readonly epsilon?: number;
}

/** Options of batch normalisation. */
export interface BatchNormOptions {
  readonly features: number;
  readonly decay: number;
  readonly epsilon: number;
}

/**
 * γ (x − μ)/√(σ² + ε) + β per feature of x [n, features] (Ioffe and Szegedy 2015). When training,
 * μ and σ² are the batch's (rows weighted) and move the running `mean` and `variance`; when
 * inferring, they are the running ones. The penalty of L2 leaves γ and β out.
 * Throws ShapeError for settings out of range and for an input of other width.
 */
export const batchNorm = defModule({
  name: "batchNorm",
  options: (features: number, settings: BatchNormSettings = {}): BatchNormOptions => {
    const { decay = 0.999, epsilon = 1e-3 } = settings;
    const whole = Number.isInteger(features) && features > 0;
    if (!whole || !(decay >= 0 && decay <= 1) || !(epsilon > 0)) {
      throw new ShapeError({
        where: "batchNorm",
        must: "features must be a positive integer, decay within [0, 1] and epsilon positive",
        got: `${features}, ${decay} and ${epsilon}`,
        todo: "call batchNorm(features, { decay, epsilon })",
      });
    }
    return Object.freeze({ features, decay, epsilon });
  },
  params: ({ features }) => ({
    scale: param([features], ones, { decay: "none" }),
    offset: param([features], zeros, { decay: "none" }),
    mean: state([features], zeros),
    variance: state([features], ones),
  }),
  apply: (params, x, { options, mode, rowWeights, update }) => {
    const { features, decay, epsilon } = options;
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
      return { response: add(mul(standard, params.scale), params.offset), preActivation: standard };
    };
    if (mode === "infer") return normalise(params.mean, params.variance);
    const average = rowMean(rowWeights);
    const mu = average(x);
    const variance = average(square(sub(x, mu)));
    const blend = (old: Node, now: Node) => add(mul(old, decay), mul(now, 1 - decay));
    update(params.mean, blend(params.mean, mu));
    update(params.variance, blend(params.variance, variance));
    return normalise(mu, variance);
  },
});

/** The mean over rows, with weights where there are any. */
function rowMean(weights: Node | null): (x: Node) => Node {
  if (weights === null) return (x) => mean(x, { axis: 0 });
  const column = reshape(weights, [-1, 1]);
  return (x) => div(sum(mul(x, column), { axis: 0 }), sum(column));
}
