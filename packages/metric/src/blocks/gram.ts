import { type Node, reshape } from "@metrigrad/graph";
import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block } from "./block.ts";
import { factorWeights } from "./factorWeights.ts";
import { flattened } from "./flattened.ts";
import { withRowFloats } from "./rowFloats.ts";
import { rowsBlock, weightedRows } from "./rows.ts";
import { checkWeight, type RowOptions, rootWeighted, rowOptions } from "./rowWeights.ts";
import { softmaxFactor } from "./softmaxFactor.ts";

/**
 * Options of the blocks that are made of rows x: {@link sharedGram}, {@link unitGram}, {@link factorGram} and
 * {@link softmaxGram}.
 *
 * @category Metrics: blocks
 */
export interface GramBlockOptions extends RowOptions {
  /** Whether the rows are x̃ = (x, 1), with the bias in the last row of the parameter; true by default. */
  readonly bias?: boolean;
  /** The factor of the block, such as σ⁻²; 1 by default. */
  readonly weight?: number;
  /**
   * The outputs T = X̃W, [n, m]; null by default.
   *
   * Give it where the parameters act through T alone. Then solving needs neither the gradient nor any value of size
   * d.
   */
  readonly outputs?: Node | null;
}

/**
 * Makes a metric with one matrix for all m units: E[x̃x̃'] ⊗ I_m (Sun and Nielsen 2017, the linear layer).
 *
 * {@includeCode ../../../../examples/api/metric/sharedGram.ts#example}
 *
 * @param x - The rows: [n, d − 1] with a bias, else [n, d].
 * @param m - The number of units, the columns of the parameter.
 * @param options - Bias, factor, outputs, weights of the rows and number of samples.
 * @returns A block over a parameter [d, m] with one matrix [d, d].
 * @throws {@link ShapeError} if x is not a matrix, if m is not a positive integer, or if weights or outputs do not
 *   fit.
 * @throws {@link MetricError} for unknown options, a negative factor, and a number of samples that is not positive.
 * @category Metrics: blocks
 */
export function sharedGram(x: Node, m: number, options: GramBlockOptions = {}): Block {
  return rowsBlock({ ...gramRows("sharedGram", x, options), m, nu: null });
}

/**
 * Makes a metric with one matrix for each unit: E[ν_i x̃x̃'] for unit i (Sun and Nielsen 2017, the non-linear layer).
 *
 * {@includeCode ../../../../examples/api/metric/unitGram.ts#example}
 *
 * @param x - The rows: [n, d − 1] with a bias, else [n, d].
 * @param nu - The weights ν ≥ 0 of each row in each unit, [n, m].
 * @param options - Bias, factor, outputs, weights of the rows and number of samples.
 * @returns A block over a parameter [d, m] with m matrices [d, d].
 * @throws {@link ShapeError} if x, ν, the weights or the outputs do not fit.
 * @throws {@link MetricError} for unknown options, a negative factor, and a number of samples that is not positive.
 * @category Metrics: blocks
 */
export function unitGram(x: Node, nu: Node, options: GramBlockOptions = {}): Block {
  return rowsBlock({ ...gramRows("unitGram", x, options), m: nu.shape[1] ?? 1, nu });
}

/**
 * Makes a metric over all columns at once: E[x̃x̃' ⊗ FF'], over the parameter flattened row-major.
 *
 * FF' [m, m] is the metric of one row in the outputs T = X̃W. The block counts n·r rows. Woodbury's identity solves
 * it without the matrix [dm, dm].
 *
 * @param x - The rows: [n, d − 1] with a bias, else [n, d].
 * @param factors - The factors F, [n, m, r].
 * @param options - Bias, factor, outputs, weights of the rows and number of samples.
 * @returns A block over a parameter [d, m] with coupled columns.
 * @throws {@link ShapeError} if rows, factors, weights or outputs do not fit.
 * @throws {@link MetricError} for unknown options, a negative factor, and a number of samples that is not positive.
 * @category Metrics: blocks
 */
export function factorGram(x: Node, factors: Node, options: GramBlockOptions = {}): Block {
  return ofFactors("factorGram", x, factors, options);
}

/**
 * Makes the metric of a soft-max layer: E[x̃x̃' ⊗ (diag η − ηη')] with P(y = i) = η_i (Sun and Nielsen 2017, the
 * soft-max layer).
 *
 * It is a {@link factorGram} with an exact factor of m − 1 columns (Tanabe and Sagae 1992).
 *
 * @param x - The rows: [n, d − 1] with a bias, else [n, d].
 * @param eta - The probabilities η of the classes, [n, m]. Each row adds up to 1.
 * @param options - Bias, factor, outputs, weights of the rows and number of samples.
 * @returns A block over a parameter [d, m] with coupled columns.
 * @throws {@link ShapeError} if rows, probabilities, weights or outputs do not fit, or if there are fewer than two
 *   classes.
 * @throws {@link MetricError} for unknown options, a negative factor, and a number of samples that is not positive.
 * @category Metrics: blocks
 */
export function softmaxGram(x: Node, eta: Node, options: GramBlockOptions = {}): Block {
  return ofFactors("softmaxGram", x, softmaxFactor(eta), options);
}

/**
 * Options of {@link jacobianGram}.
 *
 * @category Metrics: blocks
 */
export interface JacobianGramOptions extends RowOptions {
  /** The shape of the parameter, [d, m]. */
  readonly shape: readonly [d: number, m: number];
  /** The factor of the block; 1 by default. */
  readonly weight?: number;
}

/**
 * Makes a metric of any rows: (weight/samples) Σ_s w_s Σ_a J_sa J_sa', over the parameter flattened row-major.
 *
 * The rows may be R'∂o/∂θ, where RR' is the metric of the output o. Then the block is the pull-back of that metric to
 * the parameter θ.
 *
 * @param rows - The rows J: [n, r, dm] or [n, r, d, m], with r rows for each of n samples.
 * @param options - The shape of the parameter, the factor, the weights w [n] and the number of samples.
 * @returns A block over a parameter [d, m] with coupled columns.
 * @throws {@link ShapeError} if the rows do not fit the parameter, or if the weights are not [n].
 * @throws {@link MetricError} for unknown options, a negative factor, and a number of samples that is not positive.
 * @category Metrics: blocks
 */
export function jacobianGram(rows: Node, options: JacobianGramOptions): Block {
  checkOptions("jacobianGram", options, ["shape", "weight", "weights", "samples"]);
  const { shape, weight = 1 } = options;
  const [n = 0, r = 0] = rows.shape;
  const [d, m] = shape;
  const own = showShape(rows.shape);
  if (own !== showShape([n, r, d * m]) && own !== showShape([n, r, d, m])) {
    throw new ShapeError({
      where: "jacobianGram",
      must: `rows must be [n, r, ${d * m}] or [n, r, ${d}, ${m}]`,
      got: own,
      todo: "pass the derivatives of every output direction by the parameter",
    });
  }
  const { weights, share } = rowOptions("jacobianGram", n, options);
  checkWeight("jacobianGram", weight);
  const flat = rowsBlock({
    x: reshape(rootWeighted(rows, weights), [n * r, d * m]),
    bias: false,
    nu: null,
    share: weight * share,
    m: 1,
    form: "jacobianGram",
    outputs: null,
  });
  return withRowFloats(flattened(flat, d, m), sizeOf(rows.shape));
}

function ofFactors(form: string, x: Node, factors: Node, options: GramBlockOptions): Block {
  const [n, m = 0] = factors.shape;
  if (x.shape.length !== 2 || factors.shape.length !== 3 || n !== x.shape[0]) {
    throw new ShapeError({
      where: form,
      must: "rows must be [n, d] and factors [n, m, r]",
      got: `${showShape(x.shape)} and ${showShape(factors.shape)}`,
      todo: "pass the module's reference and one factor per row",
    });
  }
  const { weights, ...rows } = gramRows(form, x, options);
  const block = weightedRows({ ...rows, m }, factorWeights(rootWeighted(factors, weights)));
  return withRowFloats(block, sizeOf(factors.shape));
}

/** Reads the options that all constructors share. */
function gramRows(form: string, x: Node, options: GramBlockOptions) {
  checkOptions(form, options, ["bias", "weight", "outputs", "weights", "samples"]);
  const { bias = true, weight = 1, outputs = null } = options;
  const { weights, share } = rowOptions(form, x?.shape?.[0] ?? 0, options);
  checkWeight(form, weight);
  return { x, bias, outputs, form, weights, share: weight * share };
}
