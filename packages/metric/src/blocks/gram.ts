import { type Node, reshape } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block, OutputsBlock } from "./block.ts";
import { factorWeights } from "./factorWeights.ts";
import { flattened } from "./flattened.ts";
import { type RowsBlock, rowsBlock, weightedRows } from "./rows.ts";
import { softmaxFactor } from "./softmaxFactor.ts";

/** What the gram constructors take beside rows. */
export interface GramBlockOptions {
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

/** I_m ⊗ E[x̃x̃']: one matrix for all m units (Sun and Nielsen 2017, the linear layer). */
export function sharedGram(x: Node, m: number, options: GramBlockOptions = {}): RowsBlock {
  const { bias = true, weight = 1, outputs = null } = options;
  return rowsBlock({ x, bias, nu: null, weight, m, form: "sharedGram", outputs });
}

/** One matrix E[ν_i x̃x̃'] per unit, ν [n, m] (Sun and Nielsen 2017, the non-linear layer). */
export function unitGram(x: Node, nu: Node, options: GramBlockOptions = {}): RowsBlock {
  const { bias = true, weight = 1, outputs = null } = options;
  const m = nu.shape[1] ?? 1;
  return rowsBlock({ x, bias, nu, weight, m, form: "unitGram", outputs });
}

/**
 * E[x̃x̃' ⊗ FF'] over all columns at once, the parameter [d, m] flattened row-major, of factors
 * F [n, m, r]: FF' [m, m] is the metric of a row in the outputs T = X̃W. Its rows number n·r; solving
 * by Woodbury never forms the (dm)² matrix. Throws ShapeError.
 */
export function factorGram(x: Node, factors: Node, options: GramBlockOptions = {}): OutputsBlock {
  return ofFactors("factorGram", x, factors, options);
}

/**
 * E[x̃x̃' ⊗ (diag η − ηη')] of the soft-max layer with P(y = i) = η_i, η [n, m], as `factorGram` of m − 1
 * columns (Sun and Nielsen 2017, the soft-max layer). Throws ShapeError.
 */
export function softmaxGram(x: Node, eta: Node, options: GramBlockOptions = {}): OutputsBlock {
  return ofFactors("softmaxGram", x, softmaxFactor(eta), options);
}

/** What `jacobianGram` takes beside rows. */
export interface JacobianGramOptions {
  /** Of the parameter. */
  readonly shape: readonly [d: number, m: number];
  /** Factor of the block; 1 by default. */
  readonly weight?: number;
}

/**
 * (weight/n) Σ_s Σ_a J_sa J_sa' of any rows J [n, r, dm] (or [n, r, d, m]) over the parameter [d, m]
 * flattened row-major, such as R'∂o/∂θ with RR' the metric of the output o. Throws ShapeError.
 */
export function jacobianGram(rows: Node, options: JacobianGramOptions): Block {
  checkOptions("jacobianGram", options, ["shape", "weight"]);
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
  const flat = rowsBlock({
    x: reshape(rows, [n * r, d * m]),
    bias: false,
    nu: null,
    weight: weight * r,
    m: 1,
    form: "jacobianGram",
    outputs: null,
  });
  return flattened(flat, d, m);
}

function ofFactors(form: string, x: Node, factors: Node, options: GramBlockOptions): OutputsBlock {
  const { bias = true, weight = 1, outputs = null } = options;
  const [n, m = 0] = factors.shape;
  if (x.shape.length !== 2 || factors.shape.length !== 3 || n !== x.shape[0]) {
    throw new ShapeError({
      where: form,
      must: "rows must be [n, d] and factors [n, m, r]",
      got: `${showShape(x.shape)} and ${showShape(factors.shape)}`,
      todo: "pass the module's reference and one factor per row",
    });
  }
  return weightedRows({ x, bias, weight, m, form, outputs }, factorWeights(factors));
}
