import {
  abs,
  add,
  broadcastTo,
  constant,
  div,
  equal,
  expandDims,
  greater,
  logicalAnd,
  maximum,
  mean,
  mul,
  type Node,
  type Ranks,
  rowsOfAllRanks,
  rsqrt,
  square,
  stack,
  sub,
  sum,
  unstack,
  where,
} from "@metrigrad/graph";
import { ShapeError, sizeOf } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param, state } from "../core/parameter.ts";
import { ones, zeros } from "../init/constant.ts";
import { checkSettings } from "./checkSettings.ts";
import { checkChannels, lifted, scaled } from "./scaleAndOffset.ts";

/**
 * Settings of {@link batchNorm}.
 *
 * @category Models: layers
 */
export interface BatchNormSettings {
  /** The share of a batch in the running statistics, in (0, 1]; 0.1 by default. */
  readonly momentum?: number;
  /** The number ε that is added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
  /** Whether the running variance divides by n − 1 instead of n; true by default. */
  readonly unbiased?: boolean;
}

/**
 * Options of batch normalisation.
 *
 * @category Models: layers
 */
export interface BatchNormOptions extends Required<BatchNormSettings> {
  /** The number of features or channels. */
  readonly features: number;
}

/**
 * Makes batch normalisation, γ (x − μ)/√(σ² + ε) + β (Ioffe and Szegedy 2015), with PyTorch's defaults.
 *
 * It acts per feature of x [n, features], or per channel of [n, features, …] such as images [n, c, h, w]. In training μ and
 * σ² are those of the batch, over positions and weighted samples. They also move the running `mean` and `variance`. In
 * inference μ and σ² are the running ones. γ and β are the parameters `scale` and `offset` [features], and an L2 penalty
 * leaves them out.
 *
 * Running statistics are averages of the batches alone. Their initial values 0 and 1 have no share: the first batch counts
 * whole. In PyTorch the initial values fade with time. The state `seen` is the share of the batches, 1 − (1 − momentum)ᵗ
 * after t of them. Statistics that were written into the store before the first batch, such as those of another library,
 * count as seen. For PyTorch's averages write 1 into `seen`.
 *
 * `batchNorm.paper(features)` has the numbers of Sun and Nielsen's experiment (2017): momentum 0.001, ε = 0.001, and a
 * running variance that divides by n.
 *
 * {@includeCode ../../../../examples/api/nn/batchNorm.ts#example}
 *
 * - `features`: the number of features or channels.
 * - `settings`: see {@link BatchNormSettings}; optional.
 *
 * @throws {@link ShapeError} if a setting is out of range; when the module is applied, if the input has another width.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const batchNorm = defModule(
  {
    name: "batchNorm",
    options: (features: number, settings: BatchNormSettings = {}): BatchNormOptions => {
      checkSettings("batchNorm", settings, ["momentum", "epsilon", "unbiased"]);
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
      seen: state([], zeros),
    }),
    torch: ({ features }) => ({
      params: {
        scale: [{ name: "weight", shape: [features] }],
        offset: [{ name: "bias", shape: [features] }],
        mean: [{ name: "running_mean", shape: [features] }],
        variance: [{ name: "running_var", shape: [features] }],
        // PyTorch's initial statistics fade with time and count as seen.
        seen: [{ fill: 1, shape: [] }],
      },
      ignored: ["num_batches_tracked"],
    }),
    apply: (params, x, { options, mode, rowWeights, ranks, update }) => {
      const { features, momentum, epsilon, unbiased } = options;
      checkChannels("batchNorm", x, features, 2);
      const behind = x.shape.length - 2;
      const normalise = (mu: Node, variance: Node) => {
        const centred = sub(x, lifted(mu, behind));
        const standard = mul(centred, lifted(rsqrt(add(variance, epsilon)), behind));
        const { scale, offset } = params;
        return { response: scaled(standard, { scale, offset }, behind), preActivation: standard };
      };
      if (mode === "infer") return normalise(params.mean, params.variance);
      const { count, mu, variance } = overAllSamples(overSamples(x, rowWeights), ranks);
      const spread = unbiased ? mul(variance, div(count, maximum(sub(count, 1), 1))) : variance;
      // `seen` is 1 − (1 − momentum)ᵗ after t batches, so the running statistics are averages of batches alone.
      const seen = add(mul(seenBefore(params), 1 - momentum), momentum);
      const share = div(momentum, where(greater(seen, 0), seen, 1));
      const blend = (old: Node, now: Node) => add(old, mul(sub(now, old), share));
      update(params.mean, blend(params.mean, mu));
      update(params.variance, blend(params.variance, spread));
      update(params.seen, seen);
      return normalise(mu, variance);
    },
  },
  (make) => ({
    /** Makes batch normalisation with the numbers of Sun and Nielsen's experiment (2017). */
    paper: (features: number) =>
      make(features, { momentum: 0.001, epsilon: 1e-3, unbiased: false }),
  }),
);

/** Returns `seen` before a batch. It is 1 if no batch was seen and the statistics differ from their initial values. */
function seenBefore(own: { readonly mean: Node; readonly variance: Node; readonly seen: Node }) {
  const { mean: mu, variance, seen } = own;
  const moved = add(sum(abs(mu)), sum(abs(sub(variance, 1))));
  return where(logicalAnd(equal(seen, 0), greater(moved, 0)), 1, seen);
}

/** Statistics of rows: how many there are, and for each feature [f] the mean and the variance over them. */
interface Statistics {
  readonly count: Node;
  readonly mu: Node;
  readonly variance: Node;
}

/** Returns the statistics of the rows of x [n, f, …]. The samples' weights count if there are any. */
function overSamples(x: Node, weights: Node | null): Statistics {
  const positions = x.shape.slice(2);
  const axis = [0, ...positions.map((_, at) => at + 2)];
  const of = (count: Node, average: (value: Node) => Node): Statistics => {
    const mu = average(x);
    return { count, mu, variance: average(square(sub(x, lifted(mu, positions.length)))) };
  };
  if (weights === null) {
    const count = constant((x.shape[0] as number) * sizeOf(positions));
    return of(count, (value) => mean(value, { axis }));
  }
  const column = lifted(weights, x.shape.length - 1);
  const count = mul(sum(column), sizeOf(positions));
  const some = where(greater(count, 0), count, 1);
  return of(count, (value) => div(sum(mul(value, column), { axis }), some));
}

/**
 * Returns the statistics of the rows of all ranks, from those of each rank, in one exchange (Chan, Golub and LeVeque 1983, "Algorithms
 * for computing the sample variance", equation 2.1). A rank whose rows have no weight does not count.
 */
function overAllSamples(own: Statistics, ranks: Ranks): Statistics {
  if (ranks.size === 1) return own;
  const row = stack([own.mu, own.variance, broadcastTo(own.count, own.mu.shape)]);
  const all = rowsOfAllRanks(expandDims(row, 0), ranks);
  const [means, variances, counts] = unstack(all, 1) as [Node, Node, Node];
  const count = sum(counts, { axis: 0 });
  const some = where(greater(count, 0), count, 1);
  const average = (values: Node) => div(sum(mul(values, counts), { axis: 0 }), some);
  const mu = average(means);
  return { count, mu, variance: average(add(variances, square(sub(means, mu)))) };
}
