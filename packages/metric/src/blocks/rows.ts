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
  reshape,
  sub,
} from "@metrigrad/graph";
import { MetricError, ShapeError, sameShape, showShape, sizeOf } from "@metrigrad/tensor";
import type { Block, DampedOptions, PrepareOptions } from "./block.ts";
import { perColumn } from "./columns.ts";
import { rowsCosts } from "./cost.ts";
import { isDamped, shiftOf } from "./damping.ts";
import { defBlock } from "./defBlock.ts";
import { zeros } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import { rowsByQr } from "./qr.ts";
import { rowProducts } from "./rowProducts.ts";
import { rowsByNystrom } from "./rowsByNystrom.ts";
import { weighted } from "./rowWeights.ts";
import { sharedWeights, unitWeights } from "./unitWeights.ts";
import type { RowWeights } from "./weights.ts";
import { woodbury } from "./woodbury.ts";

/** Rows x̃ of a parameter [d, m] with g = share · Σ_s x̃_s x̃_s' ⊗ W_s. */
export interface BareRows {
  /** The rows x: [n, d − 1] with `bias`, else [n, d]. */
  readonly x: Node;
  readonly bias: boolean;
  readonly share: number;
  readonly m: number;
  readonly form: string;
  /** The outputs T = X̃W, [n, m]. */
  readonly outputs: Node | null;
}

/** Rows with weights of their own. */
export interface Rows extends BareRows {
  /** The weights ν, [n, m] for each row and unit, or [n, 1] for all units alike. With null all rows count the same. */
  readonly nu: Node | null;
  /** How much each row counts beside ν, [n]. */
  readonly weights?: Node | null;
}

/** Makes a block of rows by their weights. Throws ShapeError, and MetricError where a solve needs damping. */
export function rowsBlock(rows: Rows): Block {
  const { x, nu, m, form, weights = null } = rows;
  const [n = 0] = x?.shape ?? [];
  const fits = nu === null || sameShape(nu.shape, [n, m]) || sameShape(nu.shape, [n, 1]);
  if (x?.shape?.length !== 2 || !fits) {
    throw new ShapeError({
      where: form,
      must: `rows must be [n, d] and weights [n, ${m}]`,
      got: `${x?.shape === undefined ? String(x) : showShape(x.shape)} and ${nu === null ? "none" : showShape(nu.shape)}`,
      todo: "pass the module's reference and one weight per row and unit",
    });
  }
  return weightedRows(rows, weightsOf(n, m, nu, weights));
}

function weightsOf(n: number, m: number, nu: Node | null, weights: Node | null): RowWeights {
  if (nu !== null) {
    const shared = nu.shape[1] !== m;
    return unitWeights(weighted(nu, weights), m, shared ? "shared" : "own");
  }
  if (weights === null) return sharedWeights(n, m);
  return unitWeights(reshape(weights, [n, 1]), m, "shared");
}

/** Makes the block g = share · UU' of rows x̃ with weights of any kind. */
export function weightedRows(rows: BareRows, weights: RowWeights): Block {
  const { x, bias, share, m, form, outputs } = rows;
  checkRows(rows);
  const { columns } = weights;
  const [n = 0, width = 0] = x.shape;
  const d = width + (bias ? 1 : 0);
  const matrices = columns === "own" ? m : 1;
  const size = columns === "coupled" ? d * m : d;
  const products = rowProducts(x, bias);
  const trace = () => mul(weights.traces(products.norms()), share);
  const accumulate = (base: Node | null, alpha: number, beta: number) => {
    const full = bias ? concat([x, fill([n, 1], 1)], 1) : x;
    return weights.accumulate(full, base, alpha * share, beta);
  };

  const checkRegular = (operation: string, options: DampedOptions) => {
    if (weights.rows < size) checkDamped(`${form}, ${operation}`, options);
  };
  const inRows = (lambda: Node, options: DampedOptions, hold: Hold | null = null) => {
    checkDamped(`${form}, solve`, options);
    return woodbury({ x, bias, share, m, weights }, lambda, hold, options);
  };
  const costs = rowsCosts({
    rows: weights.rows,
    size,
    matrices,
    sides: columns === "coupled" ? 1 : m,
    product: n * d * m + weights.foldCost,
    single: columns === "shared",
    kernel: weights.kernelCost(d),
    assemble: weights.assembleCost(d),
  });
  const bySpaceOfRows = (options: DampedOptions) =>
    costs[0].solver !== "dense" && isDamped(options);

  const apply = (v: Node, hold: Hold | null) => {
    const { forward, back } = rowProducts(held(hold, "x", x, zeros), bias);
    const own = hold === null ? weights : weights.held(hold);
    const product = back(own.weigh(forward(v)));
    // The ones of the bias are not held, so the share is 0 at first.
    const by = hold === null ? share : held(hold, "share", fill([1], share), zeros);
    return mul(product, by);
  };
  const sketched = (lambda: Node, hold: Hold | null, options: PrepareOptions) => {
    checkDamped(`${form}, solve`, options);
    const own = { x, bias, share, m, weights };
    return rowsByNystrom(form, own, { apply, trace: trace(), size }, lambda, hold, options);
  };

  const block: Block = defBlock({
    kind: "rows",
    form,
    d,
    m,
    n,
    columns,
    costs,
    madeOf: { x, bias, share, nu: weights.nu, factors: weights.factors, flat: false, outputs },
    apply,
    trace,
    diagonal: () => mul(broadcastTo(products.squares(weights.diagonal()), [d, m]), share),
    toMatrices: () => accumulate(null, 1, 0),
    accumulate,
    solvers: {
      woodbury: (lambda, hold, options) => inRows(lambda, options, hold),
      ...(columns === "shared"
        ? {
            qr: (lambda, hold, options) =>
              rowsByQr({ x, bias, share, m, weights }, lambda, hold, options),
            nystrom: sketched,
          }
        : {}),
    },
    inverseSqrt: (v, lambda, options) => {
      checkRegular("inverseSqrt", options);
      return bySpaceOfRows(options) ? inRows(lambda, options).inverseSqrt(v) : null;
    },
    logdet: (lambda, options) => {
      checkRegular("logdet", options);
      return bySpaceOfRows(options) ? inRows(lambda, options).logdet() : null;
    },
    sample: (options) => {
      const noise = weights.unfold(normal(weights.folded, options));
      return mul(products.back(noise), Math.sqrt(share));
    },
    solveOutputs: (cotangents, rest, options = {}) => {
      const solver = options.solver ?? costs[0].solver;
      if (solver === "qr" && columns === "shared" && weights.nu === null) {
        const lambda = shiftOf(options.damping ?? {}, trace, size);
        const { fit, solve } = rowsByQr({ x, bias, share, m, weights }, lambda, null, options);
        const fitted = fit(cotangents);
        return rest === null ? fitted : add(fitted, solve(rest.v));
      }
      if (solver === "nystrom" && columns === "shared" && rest === null && n < size) {
        return sketched(shiftOf(options.damping ?? {}, trace, size), null, options).fit(cotangents);
      }
      if (solver !== "woodbury") {
        const gradient = products.back(cotangents);
        return block.solve(rest === null ? gradient : add(gradient, rest.v), options);
      }
      const asked = broadcastTo(shiftOf(options.damping ?? {}, trace, size), [matrices]);
      const { inner, lambda } = inRows(asked, options);
      const perLambda = div(1, perColumn(lambda(), columns));
      const finish = (product: Node) =>
        rest === null ? product : add(product, mul(rest.v, perLambda));
      if (weights.unweigh !== null) {
        // With c the share this is X̃'D(λ/c + KD)⁻¹(D⁻¹C − cX̃V/λ)/c + V/λ, in which nothing cancels, however small λ
        // is. The right side is not rounded before the solve, since rows that are alike would enlarge that error.
        const own = weights.unweigh(cotangents);
        const y = rest === null ? own : sub(own, mul(mul(rest.along, share), perLambda));
        return finish(mul(products.back(inner(y)), 1 / share));
      }
      const across = matmul(products.kernel(), cotangents);
      const solved = inner(rest === null ? across : add(across, rest.along));
      return finish(products.back(mul(sub(cotangents, solved), perLambda)));
    },
  });
  return block;
}

/** Throws ShapeError if there are no units, or if the outputs have another shape. */
function checkRows({ x, m, form, outputs }: BareRows): void {
  if (!(Number.isInteger(m) && m >= 1)) {
    throw new ShapeError({
      where: form,
      must: "there must be at least one unit",
      got: String(m),
      todo: "pass the number of columns of the parameter",
    });
  }
  const n = x.shape[0] as number;
  if (outputs === null) return;
  if (outputs.shape.at(-1) === m && sizeOf(outputs.shape) === n * m) return;
  throw new ShapeError({
    where: form,
    must: `outputs must be T = X̃W, [${n}, ${m}]`,
    got: showShape(outputs.shape),
    todo: "pass the module's pre-activation, or leave it out",
  });
}

/** Throws MetricError without damping: in the space of the rows everything is divided by λ. */
export function checkDamped(where: string, options: DampedOptions): void {
  if (isDamped(options)) return;
  throw new MetricError({
    where,
    must: "fewer rows than dimensions make a singular matrix, so it must be damped",
    got: "relative 0 and absolute 0",
    todo: "pass { damping: { relative: 1e-4 } }",
  });
}
