import { concat, fill, type Node, reshape, slice } from "@metrigrad/graph";
import { dense, gaussian, type RowLaw, sampleSums } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import { sharedGram } from "../blocks/gram.ts";
import { rootWeighted } from "../blocks/rowWeights.ts";
import { checkOptions } from "../core/arguments.ts";
import type { Metric } from "../core/defMetric.ts";
import { affineUses } from "../core/useKinds.ts";
import {
  asAffine,
  blockOfUse,
  checkSharing,
  gramOptions,
  innerOf,
  type Layer,
  layerOf,
  reducedOutputs,
  type Sharing,
} from "./affine.ts";

/**
 * Options of {@link linearRows}.
 *
 * @category Metrics: tables
 */
export interface LinearRowsOptions {
  /**
   * The standard deviation σ of the response; 1 by default. The metric is divided by σ², so σ acts as a learning
   * rate.
   */
  readonly sigma?: number;
  /** How the rows of one sample count; "expand" by default. */
  readonly sharing?: Sharing;
}

/** A small module with inputs, for the checks of rows of affine uses. */
export const denseExample = () => ({
  module: dense(2, 2),
  inputs: tensor([
    [0.3, -1.2],
    [1.1, 0.4],
    [-0.7, 0.9],
    [0.2, 0.1],
  ]),
});

/**
 * Makes the row of every use T = X̃W by the linear layer's metric: one matrix σ⁻²E[x̃x̃'] for all units, whatever the
 * module.
 *
 * The response is taken to be t ~ N(X̃W, σ²I) (Sun and Nielsen 2017, the linear layer).
 *
 * @param options - σ, and how the rows of one sample count.
 * @returns A row for a table.
 * @throws {@link MetricError} for unknown options.
 * @throws {@link ShapeError} if σ is not a positive number.
 * @category Metrics: tables
 */
export function linearRows(options: LinearRowsOptions = {}): Metric {
  checkOptions("linearRows", options, ["sigma", "sharing"]);
  const { sigma = 1, sharing = "expand" } = options;
  checkSharing("linearRows", sharing);
  const law = gaussian({ sigma }) as RowLaw;
  return Object.freeze({
    of: affineUses,
    source: "Sun and Nielsen 2017: linear layer",
    block: (context, use) => {
      const own = asAffine(use);
      return [blockOfUse(own, linearBlock(layerOf(context, own), sigma, sharing))];
    },
    response: (context, use) => {
      const layer = layerOf(context, asAffine(use));
      // Positions that count differently in a mixture are weighted one by one.
      const one = sharing === "reduce" && context.routing === null;
      const natural = one ? reducedOutputs(layer) : layer.t;
      return [{ law, natural, weights: null }];
    },
    example: denseExample,
  } satisfies Metric);
}

/** Makes σ⁻² times the mean over samples of x̃x̃', for all units. */
export function linearBlock(layer: Layer, sigma: number, sharing: Sharing) {
  const { x, m, use, samples, weights } = layer;
  const weight = sigma ** -2;
  if (sharing === "expand" || x.shape[0] === samples) {
    return sharedGram(x, m, { ...gramOptions(layer), weight });
  }
  // This is Σ_τ √w_τ x̃_τ. The ones of the bias add up too, so they are a column of their own.
  const full: Node = use.bias ? withOnes(x) : x;
  const rows = sampleSums(rootWeighted(full, weights), samples, innerOf(layer));
  return sharedGram(rows, m, { bias: false, weight });
}

/** Returns x̃ with its ones. */
export function withOnes(x: Node): Node {
  return concat([x, fill([x.shape[0] as number, 1], 1)], 1);
}

/** Returns weights [n] from weights [n·T] that are the same for all rows of a sample. */
export function firstOfSample(weights: Node, samples: number, inner: number): Node {
  const rows = weights.shape[0] as number;
  const apart = reshape(weights, [rows / (samples * inner), samples, inner]);
  return reshape(slice(apart, [[0, 1], null, [0, 1]]), [samples]);
}
