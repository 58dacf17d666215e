import {
  add,
  broadcastTo,
  concat,
  div,
  fill,
  matmul,
  mul,
  type Node,
  normal,
  sub,
} from "@metrigrad/graph";
import { MetricError, ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import type { DampedOptions, OutputRows, OutputsBlock } from "./block.ts";
import { perColumn } from "./columns.ts";
import { rowsCosts } from "./cost.ts";
import { shiftOf } from "./damping.ts";
import { defBlock } from "./defBlock.ts";
import { zeros } from "./first.ts";
import { rowProducts } from "./rowProducts.ts";
import { sharedWeights, unitWeights } from "./unitWeights.ts";
import type { RowWeights } from "./weights.ts";
import { woodbury } from "./woodbury.ts";

/** The rows of a weighted-rows block. */
export interface Rows extends OutputRows {
  /** ν [n, m], one weight per row and unit; null: all rows count the same for all units. */
  readonly nu: Node | null;
  /** Factor of the whole block, such as σ⁻². */
  readonly weight: number;
  /** Number of units. */
  readonly m: number;
  readonly form: string;
}

/** A block g_i = weight/n Σ_s ν_si x̃_s x̃_s', kept as its rows. */
export interface RowsBlock extends OutputsBlock {
  readonly rows: Rows;
}

/** A block of rows with one weight per row and unit. Throws ShapeError, and MetricError where a solve needs damping. */
export function rowsBlock(rows: Rows): RowsBlock {
  const { x, nu, m, form } = rows;
  const [n = 0] = x?.shape ?? [];
  if (x?.shape?.length !== 2 || (nu !== null && !sameShape(nu.shape, [n, m]))) {
    throw new ShapeError({
      where: form,
      must: `rows must be [n, d] and weights [n, ${m}]`,
      got: `${x?.shape === undefined ? String(x) : showShape(x.shape)} and ${nu === null ? "none" : showShape(nu.shape)}`,
      todo: "pass the module's reference and one weight per row and unit",
    });
  }
  return weightedRows(rows, nu === null ? sharedWeights(n, m) : unitWeights(nu));
}

/** g = (weight/n) UU' of rows x̃ that are weighted in any way. */
export function weightedRows<R extends Omit<Rows, "nu">>(
  rows: R,
  weights: RowWeights,
): OutputsBlock & { readonly rows: R } {
  const { x, bias, weight, m, form } = rows;
  checkRows(rows);
  const { columns } = weights;
  const [n = 0, width = 0] = x.shape;
  const d = width + (bias ? 1 : 0);
  const matrices = columns === "own" ? m : 1;
  const size = columns === "coupled" ? d * m : d;
  const products = rowProducts(x, bias);
  const trace = () => mul(weights.traces(products.norms()), weight / n);
  const accumulate = (base: Node | null, alpha: number, beta: number) => {
    const full = bias ? concat([x, fill([n, 1], 1)], 1) : x;
    return weights.accumulate(full, base, (alpha * weight) / n, beta);
  };

  const checkRegular = (operation: string, options: DampedOptions) => {
    if (weights.rows < size) checkDamped(`${form}, ${operation}`, options);
  };
  const inRows = (lambda: Node, options: DampedOptions) => {
    checkDamped(`${form}, solve`, options);
    return woodbury({ x, bias, weight, m, weights }, lambda);
  };
  const costs = rowsCosts({
    rows: weights.rows,
    size,
    matrices,
    sides: columns === "coupled" ? 1 : m,
    product: n * d * m + weights.foldCost,
    kernel: weights.kernelCost(d),
    assemble: weights.assembleCost(d),
  });
  const bySpaceOfRows = (options: DampedOptions) =>
    costs[0].solver !== "dense" && isDamped(options);

  const block = defBlock({
    kind: "rows",
    form,
    d,
    m,
    n,
    columns,
    costs,
    madeOf: { x, bias, share: weight / n, nu: weights.nu, factors: weights.factors, flat: false },
    apply: (v) => mul(products.back(weights.weigh(products.forward(v))), weight / n),
    trace,
    diagonal: () => mul(products.squares(weights.diagonal()), weight / n),
    toMatrices: () => accumulate(null, 1, 0),
    accumulate,
    solvers: { woodbury: (v, lambda, options) => inRows(lambda, options).solve(v) },
    prepare: { woodbury: (keep, lambda, options) => inRows(lambda, options).prepare(keep) },
    keepApply: (keep) => (v) => {
      const kept = rowProducts(keep("x", x, zeros), bias);
      const product = kept.back(weights.kept(keep).weigh(kept.forward(v)));
      return mul(product, keep("share", fill([1], weight / n), zeros));
    },
    inverseSqrt: (v, lambda, options) => {
      checkRegular("inverseSqrt", options);
      return bySpaceOfRows(options) ? inRows(lambda, options).inverseSqrt(v) : null;
    },
    logdet: (lambda, options) => {
      checkRegular("logdet", options);
      return bySpaceOfRows(options) ? inRows(lambda, options).logdet(size) : null;
    },
    sample: (options) => {
      const noise = weights.unfold(normal(weights.folded, options));
      return mul(products.back(noise), Math.sqrt(weight / n));
    },
  });
  return {
    ...block,
    rows,
    solveOutputs: (delta, rest, options = {}) => {
      if ((options.solver ?? costs[0].solver) !== "woodbury") {
        const gradient = products.back(div(delta, n));
        return block.solve(rest === null ? gradient : add(gradient, rest.v), options);
      }
      const asked = broadcastTo(shiftOf(options.damping ?? {}, trace, size), [matrices]);
      const { inner, lambda } = inRows(asked, options);
      const perLambda = div(1, perColumn(lambda, columns));
      const finish = (product: Node) =>
        rest === null ? product : add(product, mul(rest.v, perLambda));
      if (weights.unweigh !== null) {
        // X̃'D(nλ/c + KD)⁻¹(D⁻¹Δ/c − X̃V/λ) + V/λ: nothing cancels, however small λ is.
        const own = weights.unweigh(mul(delta, 1 / weight));
        const y = rest === null ? own : sub(own, mul(rest.along, perLambda));
        return finish(products.back(inner(y)));
      }
      const share = div(delta, n);
      const across = matmul(products.kernel(), share);
      const solved = inner(rest === null ? across : add(across, rest.along));
      return finish(products.back(mul(sub(share, solved), perLambda)));
    },
  };
}

/** Throws MetricError for numbers that are none, ShapeError for outputs of another shape. */
function checkRows({ x, weight, m, form, outputs }: Omit<Rows, "nu">): void {
  if (!(typeof weight === "number" && weight >= 0 && weight < Infinity)) {
    throw new MetricError({
      where: form,
      must: "weight must be finite and not negative",
      got: String(weight),
      todo: "pass a number such as σ⁻², or leave it out",
    });
  }
  if (!(Number.isInteger(m) && m >= 1)) {
    throw new ShapeError({
      where: form,
      must: "there must be at least one unit",
      got: String(m),
      todo: "pass the number of columns of the parameter",
    });
  }
  const n = x.shape[0] as number;
  if (outputs === null || sameShape(outputs.shape, [n, m])) return;
  throw new ShapeError({
    where: form,
    must: `outputs must be T = X̃W, [${n}, ${m}]`,
    got: showShape(outputs.shape),
    todo: "pass the module's pre-activation, or leave it out",
  });
}

function isDamped({ damping: { relative = 0, absolute = 0 } = {} }: DampedOptions): boolean {
  return relative !== 0 || absolute !== 0;
}

/** In the space of the rows everything is divided by λ. */
function checkDamped(where: string, options: DampedOptions): void {
  if (isDamped(options)) return;
  throw new MetricError({
    where,
    must: "fewer rows than dimensions make a singular matrix, so it must be damped",
    got: "relative 0 and absolute 0",
    todo: "pass { damping: { relative: 1e-4 } }",
  });
}
