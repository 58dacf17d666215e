import { concat, fill, mul, type Node, reshape, square, sum, transpose } from "@metrigrad/graph";
import {
  batchNorm,
  gaussian,
  outputRows,
  type RowLaw,
  type ScaleUse,
  sampleSums,
  type Use,
} from "@metrigrad/nn";
import { MetricError, tensor } from "@metrigrad/tensor";
import { denseBlock } from "../blocks/dense.ts";
import { diagonalBlock } from "../blocks/diagonal.ts";
import { checkOptions } from "../core/arguments.ts";
import { innerRows, weightsOfRows } from "../core/context.ts";
import type { Metric, MetricContext } from "../core/defMetric.ts";
import { scaleUses } from "../core/useKinds.ts";
import { checkSharing, type Sharing } from "./affine.ts";

/**
 * Options of {@link scaleRows}.
 *
 * @category Metrics: tables
 */
export interface ScaleRowsOptions {
  /** The standard deviation σ of the response; 1 by default. The metric is divided by σ². */
  readonly sigma?: number;
  /** How the positions of one sample count; "expand" by default. */
  readonly sharing?: Sharing;
}

/**
 * Makes the row of scale and offset per feature, for any normalisation: σ⁻²Σ[[x̂², x̂], [x̂, 1]] in (γ, β) for each
 * feature.
 *
 * The response is h = γx̂ + β ~ N(·, σ²). If there is only γ or only β, it has its entry of the diagonal. The columns
 * [2, features] are the scales above the offsets. Mean and variance that x̂ is made of are held fixed. Positions of a
 * sample, such as pixels, add up ("expand"), or are one response of their sum ("reduce").
 *
 * @param options - σ, and how the positions of one sample count.
 * @returns A row for a table.
 * @throws {@link MetricError} for unknown options.
 * @throws {@link ShapeError} if σ is not a positive number.
 * @category Metrics: tables
 */
export function scaleRows(options: ScaleRowsOptions = {}): Metric {
  checkOptions("scaleRows", options, ["sigma", "sharing"]);
  const { sigma = 1, sharing = "expand" } = options;
  checkSharing("scaleRows", sharing);
  const law = gaussian({ sigma }) as RowLaw;
  return Object.freeze({
    of: scaleUses,
    source: "σ⁻²E[[x̂², x̂], [x̂, 1]] in scale and offset",
    block: (context, use) => {
      const own = asScale(use);
      return [
        {
          params: own.parameters,
          block: scaleBlock(positionsOf(context, own, sharing), sigma ** -2),
        },
      ];
    },
    response: (context, use) => {
      const { outputs } = positionsOf(context, asScale(use), sharing);
      return [{ law, natural: outputs, weights: null }];
    },
    example: () => ({
      module: batchNorm(2),
      inputs: tensor([
        [0.3, -1.2],
        [1.1, 0.4],
        [-0.7, 0.9],
      ]),
    }),
  } satisfies Metric);
}

/** A scale use by its rows, one per sample or one per position. */
interface Positions {
  readonly use: ScaleUse;
  /** The values x̂ [rows, features]; null if there is no γ. */
  readonly rows: Node | null;
  /** The response h [rows, features]. */
  readonly outputs: Node;
  /** The weights of the rows, with mean 1 over samples; null if all are 1. */
  readonly weights: Node | null;
  /** The number of positions that are one row. */
  readonly together: number;
  readonly samples: number;
}

function positionsOf(context: MetricContext, use: ScaleUse, sharing: Sharing): Positions {
  const outputs = outputRows(use);
  const [count = 0] = outputs.shape;
  // Rows that do not belong to samples are samples themselves.
  const own = count % context.samples === 0;
  const samples = own ? context.samples : count;
  const { rows } = use;
  if (sharing === "expand" || count === samples) {
    const weights = own ? weightsOfRows(context, outputs) : null;
    return { use, rows, outputs, weights, together: 1, samples };
  }
  const inner = innerRows(context.application, outputs, samples);
  const added = (values: Node) => sampleSums(values, samples, inner);
  return {
    use,
    rows: rows === null ? null : added(rows),
    outputs: added(outputs),
    weights: context.rowWeights,
    together: count / samples,
    samples,
  };
}

function scaleBlock({ use, rows, outputs, weights, together, samples }: Positions, factor: number) {
  const { scale, shift } = use;
  const [count = 0, features = 0] = outputs.shape;
  const total = (values: Node) => {
    const own = weights === null ? values : mul(values, reshape(weights, [-1, 1]));
    return mul(reshape(sum(own, { axis: 0 }), [1, features]), factor / samples);
  };
  const ones = () => total(fill([count, features], together ** 2));
  if (scale === null || rows === null) return diagonalBlock(ones(), { form: "offset" });
  const squares = total(square(rows));
  if (shift === null) return diagonalBlock(squares, { form: "scale" });
  const first = total(mul(rows, together));
  const all = concat([squares, first, first, ones()], 0);
  const matrices = reshape(transpose(all), [features, 2, 2]);
  return denseBlock(matrices, features, "scale and offset", "own");
}

function asScale(use: Use | null): ScaleUse {
  if (use?.kind === "scale") return use;
  throw new MetricError({
    where: "a row of scale uses",
    must: "it must be called with a use h = γx̂ + β",
    got: use === null ? "none" : use.kind,
    todo: "put it into a table, which finds the uses",
  });
}
