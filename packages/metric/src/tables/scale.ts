import { concat, fill, mul, type Node, reshape, square, sum, transpose } from "@metrigrad/graph";
import { batchNorm, gaussian, type RowLaw, type ScaleUse, type Use } from "@metrigrad/nn";
import { MetricError, sizeOf, tensor } from "@metrigrad/tensor";
import { denseBlock } from "../blocks/dense.ts";
import { diagonalBlock } from "../blocks/diagonal.ts";
import { checkOptions } from "../core/arguments.ts";
import { weightsOfRows } from "../core/context.ts";
import type { Metric, MetricContext } from "../core/defMetric.ts";
import { scaleUses } from "../core/useKinds.ts";

/** Options of `scaleRows`. */
export interface ScaleRowsOptions {
  /** σ, standard deviation of the response; 1 by default. */
  readonly sigma?: number;
}

/**
 * Scale and offset per feature, of any normalisation: h = γx̂ + β ~ N(·, σ²) has σ⁻²Σ[[x̂², x̂], [x̂, 1]] in
 * (γ, β), a matrix of two for every feature; one of them alone has its entry of the diagonal. The
 * columns [2, features] are the scales above the offsets. Mean and variance of the batch are held
 * fixed; positions of a sample add up.
 * @param options σ
 * @returns a row for a table
 * @throws MetricError for options that it does not know
 */
export function scaleRows(options: ScaleRowsOptions = {}): Metric {
  checkOptions("scaleRows", options, ["sigma"]);
  const { sigma = 1 } = options;
  const law = gaussian({ sigma }) as RowLaw;
  return Object.freeze({
    of: scaleUses,
    source: "σ⁻²E[[x̂², x̂], [x̂, 1]] in scale and offset",
    block: (context, use) => {
      const own = asScale(use);
      return [{ params: own.parameters, block: scaleBlock(context, own, sigma ** -2) }];
    },
    response: (_, use) => {
      const { outputs, parameters } = asScale(use);
      const features = sizeOf(parameters[0]?.shape ?? []);
      return [{ law, natural: reshape(outputs, [-1, features]), weights: null }];
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

function scaleBlock(context: MetricContext, use: ScaleUse, factor: number) {
  const { samples } = context;
  const { outputs, rows, scale, shift, parameters } = use;
  const features = sizeOf(parameters[0]?.shape ?? []);
  const count = sizeOf(outputs.shape) / features;
  const n = count % samples === 0 ? samples : count;
  const weights =
    n === samples ? weightsOfRows(context, reshape(outputs, [count, features])) : null;
  const total = (values: Node) => {
    const own = weights === null ? values : mul(values, reshape(weights, [-1, 1]));
    return mul(reshape(sum(own, { axis: 0 }), [1, features]), factor / n);
  };
  const ones = () => total(fill([count, features], 1));
  if (scale === null || rows === null) return diagonalBlock(ones(), { form: "offset" });
  const squares = total(square(rows));
  if (shift === null) return diagonalBlock(squares, { form: "scale" });
  const first = total(rows);
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
