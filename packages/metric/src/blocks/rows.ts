import {
  add,
  concat,
  div,
  expandDims,
  fill,
  gram,
  matmul,
  mul,
  type Node,
  reshape,
  sub,
  sum,
  transpose,
} from "@metrigrad/graph";
import { MetricError, ShapeError, showShape } from "@metrigrad/tensor";
import type { Block, SolveOptions, Solver } from "./block.ts";
import { rowsCost } from "./cost.ts";
import { shiftOf } from "./damping.ts";
import { denseBlock } from "./dense.ts";
import type { Keep, Prepared } from "./prepared.ts";
import { rowProducts } from "./rowProducts.ts";
import { preparedWoodbury, woodbury } from "./woodbury.ts";

/** The rows of a weighted-rows block. */
export interface Rows {
  /** x [n, d − 1] with `bias`, else [n, d]. */
  readonly x: Node;
  /** x̃ = (x, 1): a last column of ones that is never stored. */
  readonly bias: boolean;
  /** ν [n, m], one weight per row and unit; null: all rows count the same for all units. */
  readonly nu: Node | null;
  /** Factor of the whole block, such as σ⁻². */
  readonly weight: number;
  /** Number of units. */
  readonly m: number;
  readonly form: string;
  /** T = X̃W, where the parameters act through it alone: ∂L/∂W = X̃'∂L/∂T. */
  readonly outputs: Node | null;
}

/** A block g_i = weight/n Σ_s ν_si x̃_s x̃_s', kept as its rows. */
export interface RowsBlock extends Block {
  readonly rows: Rows;
  /**
   * (g + λI)⁻¹(X̃'Δ/n + V) without forming the gradient, in the space of the outputs: Δ [n, m] is
   * n ∂L/∂T, `along` is X̃V [n, m]. See the package's guide for the derivation.
   */
  solveOutputs(
    delta: Node,
    rest: { readonly v: Node; readonly along: Node } | null,
    options?: SolveOptions,
  ): Node;
  /** αΣ_s ν_si x̃_s x̃_s' weight/n + β base, [matrices, d, d]. */
  accumulate(base: Node | null, alpha: number, beta: number): Node;
}

/** In the space of the rows everything is divided by λ. */
function checkDamped(form: string, { damping: { relative = 0, absolute = 0 } = {} }: SolveOptions) {
  if (relative !== 0 || absolute !== 0) return;
  throw new MetricError({
    where: `${form}, solve`,
    must: "fewer rows than dimensions make a singular matrix, so it must be damped",
    got: "relative 0 and absolute 0",
    todo: "pass { damping: { relative: 1e-4 } }",
  });
}

/** A block kept as weighted rows. Throws ShapeError, and MetricError where a solve needs damping. */
export function rowsBlock(rows: Rows): RowsBlock {
  const { x, bias, nu, weight, m } = rows;
  const [n = 0, width = 0] = x.shape;
  if (x.shape.length !== 2 || (nu !== null && (nu.shape[0] !== n || nu.shape[1] !== m))) {
    throw new ShapeError({
      where: rows.form,
      must: `rows must be [n, d] and weights [n, ${m}]`,
      got: `${showShape(x.shape)} and ${nu === null ? "none" : showShape(nu.shape)}`,
      todo: "pass the module's reference and one weight per row and unit",
    });
  }
  const d = width + (bias ? 1 : 0);
  const matrices = nu === null ? 1 : m;
  const cost = rowsCost({ n, d, m, matrices });

  const { forward, back, kernel, squares } = rowProducts(x, bias);
  const trace = () => {
    const norms = squares();
    const total = nu === null ? sum(norms) : sum(mul(nu, expandDims(norms, 1)), { axis: 0 });
    return reshape(mul(total, weight / n), [matrices]);
  };
  const accumulate = (base: Node | null, alpha: number, beta: number): Node => {
    const full = bias ? concat([x, fill([n, 1], 1)], 1) : x;
    const nus = nu === null ? {} : { nu: transpose(nu) };
    const one = base === null ? {} : { base: nu === null ? reshape(base, [d, d]) : base, beta };
    return reshape(gram(full, { ...nus, ...one, alpha: (alpha * weight) / n }), [matrices, d, d]);
  };
  const toMatrices = () => accumulate(null, 1, 0);
  const asDense = () => denseBlock(toMatrices(), m, rows.form);

  const lambdaOf = ({ damping = {} }: SolveOptions) => shiftOf(damping, trace);
  const inRows = (options: SolveOptions) => {
    checkDamped(rows.form, options);
    return woodbury(rows, lambdaOf(options));
  };
  const solveWith: Readonly<Record<Solver, (v: Node, options: SolveOptions) => Node>> = {
    dense: (v, options) => asDense().solve(v, options),
    woodbury: (v, options) => inRows(options).solve(v),
  };
  const prepareWith: Readonly<Record<Solver, (keep: Keep, options: SolveOptions) => Prepared>> = {
    dense: (keep, options) => asDense().prepare(keep, options),
    woodbury: (keep, options) => {
      checkDamped(rows.form, options);
      return preparedWoodbury(rows, lambdaOf(options), keep);
    },
  };

  return {
    kind: "rows",
    form: rows.form,
    rows,
    d,
    m,
    n,
    matrices,
    apply: (v) => {
      const y = forward(v);
      return mul(back(nu === null ? y : mul(nu, y)), weight / n);
    },
    solve: (v, options = {}) => solveWith[options.solver ?? cost.solver](v, options),
    prepare: (keep, options = {}) => prepareWith[options.solver ?? cost.solver](keep, options),
    solveOutputs: (delta, rest, options = {}) => {
      const { inner, lambda } = inRows(options);
      const perLambda = div(1, lambda);
      const along = rest === null ? null : rest.along;
      const finish = (product: Node) =>
        rest === null ? product : add(product, mul(rest.v, perLambda));
      if (nu === null) {
        // X̃'(nλ/c + K)⁻¹(Δ/c − X̃V/λ) + V/λ: nothing cancels, however small λ is.
        const own = mul(delta, 1 / weight);
        const y = along === null ? own : sub(own, mul(along, perLambda));
        return finish(back(inner(y)));
      }
      const share = div(delta, n);
      const across = matmul(kernel(), share);
      const solved = inner(along === null ? across : add(across, along));
      return finish(back(mul(sub(share, solved), perLambda)));
    },
    cost,
    trace,
    accumulate,
    toMatrices,
  };
}
