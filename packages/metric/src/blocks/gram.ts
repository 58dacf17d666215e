import { type Node, reshape } from "@metrigrad/graph";
import { MetricError, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block } from "./block.ts";
import { factorWeights } from "./factorWeights.ts";
import { flattened } from "./flattened.ts";
import { withRowFloats } from "./rowFloats.ts";
import { rowsBlock, weightedRows } from "./rows.ts";
import { type RowOptions, rootWeighted, rowOptions } from "./rowWeights.ts";
import { softmaxFactor } from "./softmaxFactor.ts";

/** What the gram constructors take beside rows. */
export interface GramBlockOptions extends RowOptions {
  /** Rows are x̃ = (x, 1), the bias in the last parameter row; true by default. */
  readonly bias?: boolean;
  /** Factor of the block, such as σ⁻²; 1 by default. */
  readonly weight?: number;
  /**
   * T = X̃W [n, m]. Give it where the parameters act through T alone; solving then needs neither
   * the gradient nor anything of size d.
   */
  readonly outputs?: Node | null;
}

/**
 * I_m ⊗ E[x̃x̃']: one matrix for all m units (Sun and Nielsen 2017, the linear layer), also where rows have weights.
 * Throws ShapeError and MetricError.
 */
export function sharedGram(x: Node, m: number, options: GramBlockOptions = {}): Block {
  return rowsBlock({ ...gramRows("sharedGram", x, options), m, nu: null });
}

/**
 * One matrix E[ν_i x̃x̃'] per unit, ν [n, m] (Sun and Nielsen 2017, the non-linear layer). Throws ShapeError and
 * MetricError.
 */
export function unitGram(x: Node, nu: Node, options: GramBlockOptions = {}): Block {
  return rowsBlock({ ...gramRows("unitGram", x, options), m: nu.shape[1] ?? 1, nu });
}

/**
 * E[x̃x̃' ⊗ FF'] over all columns at once, the parameter [d, m] flattened row-major, of factors
 * F [n, m, r]: FF' [m, m] is the metric of a row in the outputs T = X̃W. Its rows number n·r; solving
 * by Woodbury never forms the (dm)² matrix. Throws ShapeError and MetricError.
 */
export function factorGram(x: Node, factors: Node, options: GramBlockOptions = {}): Block {
  return ofFactors("factorGram", x, factors, options);
}

/**
 * E[x̃x̃' ⊗ (diag η − ηη')] of the soft-max layer with P(y = i) = η_i, η [n, m], as `factorGram` of m − 1
 * columns (Sun and Nielsen 2017, the soft-max layer). Throws ShapeError and MetricError.
 */
export function softmaxGram(x: Node, eta: Node, options: GramBlockOptions = {}): Block {
  return ofFactors("softmaxGram", x, softmaxFactor(eta), options);
}

/** What `jacobianGram` takes beside rows. */
export interface JacobianGramOptions extends RowOptions {
  /** Of the parameter. */
  readonly shape: readonly [d: number, m: number];
  /** Factor of the block; 1 by default. */
  readonly weight?: number;
}

/**
 * (weight/samples) Σ_s w_s Σ_a J_sa J_sa' of any rows J [n, r, dm] (or [n, r, d, m]) over the parameter [d, m]
 * flattened row-major, such as R'∂o/∂θ with RR' the metric of the output o; weights are [n]. Throws ShapeError and
 * MetricError.
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

/** What all constructors take from their options. */
function gramRows(form: string, x: Node, options: GramBlockOptions) {
  checkOptions(form, options, ["bias", "weight", "outputs", "weights", "samples"]);
  const { bias = true, weight = 1, outputs = null } = options;
  const { weights, share } = rowOptions(form, x?.shape?.[0] ?? 0, options);
  checkWeight(form, weight);
  return { x, bias, outputs, form, weights, share: weight * share };
}

function checkWeight(where: string, weight: number): void {
  if (typeof weight === "number" && weight >= 0 && weight < Infinity) return;
  throw new MetricError({
    where,
    must: "weight must be finite and not negative",
    got: String(weight),
    todo: "pass a number such as σ⁻², or leave it out",
  });
}
