import {
  add,
  concat,
  div,
  expandDims,
  greater,
  log,
  matmul,
  maximum,
  mul,
  type Node,
  normal,
  onesLike,
  slice,
  sqrt,
  square,
  sub,
  sum,
  transpose,
  where,
  zerosLike,
} from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block } from "./block.ts";
import { diagonalMatrices } from "./columns.ts";
import { directCosts } from "./cost.ts";
import { defBlock } from "./defBlock.ts";
import { ones, zeros } from "./first.ts";
import { held } from "./hold.ts";
import { rowProducts } from "./rowProducts.ts";
import { checkWeight, type RowOptions, rowOptions, weighted } from "./rowWeights.ts";
import { heldLambda } from "./solvers.ts";

/**
 * Makes the quasi-diagonal reduction of one matrix g_i per unit (Ollivier 2015, section 2.3).
 *
 * The diagonal of g_i and its row of the bias, which is the last row β, are kept exactly. The entry between two
 * weights a and b becomes g_aβ g_bβ/g_ββ. So the inverse has the form of an arrow, and all operations take O(d) per
 * unit.
 *
 * @param diagonal - The diagonals of the matrices, [d, m].
 * @param coupling - The rows of the biases without their diagonal entry, [d − 1, m].
 * @param form - The name of the block, for {@link explain}; "quasiDiagonal" by default.
 * @returns A block over a parameter [d, m] with one matrix per column.
 * @throws {@link ShapeError} if the shapes do not fit.
 * @category Metrics: blocks
 */
export function quasiDiagonal(diagonal: Node, coupling: Node, form = "quasiDiagonal"): Block {
  const [d = 0, m = 0] = diagonal.shape;
  if (diagonal.shape.length !== 2 || showShape(coupling.shape) !== showShape([d - 1, m])) {
    throw new ShapeError({
      where: form,
      must: "the diagonal must be [d, m] and the coupling with the bias [d − 1, m]",
      got: `${showShape(diagonal.shape)} and ${showShape(coupling.shape)}`,
      todo: "pass the entries of one matrix per unit, the bias last",
    });
  }

  const { own, u, rest } = arrowOf(diagonal, coupling);

  /**
   * Eliminates the bias from g + λI. With β = g_ββλ/(g_ββ + λ) the matrix that is left for the weights is
   * diag(s + λ) + βuu'. Sherman and Morrison's formula solves it, in which nothing cancels for small λ.
   */
  const eliminated = (lambda: Node) => {
    const pivot = add(own, lambda);
    const left = add(rest, lambda);
    const share = div(own, pivot);
    const scaled = div(u, left);
    const beta = mul(share, lambda);
    const norm = mul(beta, dots(u, scaled));
    return { pivot, left, share, scaled, beta, norm };
  };
  const solve = (v: Node, { share, left, scaled, gain, pivot, direction }: SolvedParts) => {
    const side = sub(weights(v), mul(mul(direction, share), bias(v)));
    const w = sub(div(side, left), mul(scaled, mul(gain, dots(scaled, side))));
    return join(w, sub(div(bias(v), pivot), mul(share, dots(direction, w))));
  };
  const partsOf = (lambda: Node): SolvedParts => {
    const { pivot, left, share, scaled, beta, norm } = eliminated(lambda);
    return { share, left, scaled, pivot, gain: div(beta, add(norm, 1)), direction: u };
  };
  return defBlock({
    kind: "quasiDiagonal",
    form,
    d,
    m,
    n: null,
    columns: "own",
    layout: `diagonal and bias row [${d}, ${m}]`,
    costs: directCosts("a diagonal and one row per unit", { d, m, values: 2 * d * m, work: 4 }),
    averagedBy: {
      values: {
        diagonal: { value: diagonal, init: ones },
        coupling: { value: coupling, init: zeros },
      },
      block: (kept) => quasiDiagonal(kept.diagonal as Node, kept.coupling as Node, form),
    },
    apply: (v, hold) => {
      const arrow = arrowOf(
        held(hold, "diagonal", diagonal, zeros),
        held(hold, "coupling", coupling, zeros),
      );
      return product(v, arrow);
    },
    trace: () => sum(diagonal, { axis: 0 }),
    // Where the bias has no metric, the coupling is 0 too.
    diagonal: () => join(add(rest, mul(square(u), own)), own),
    toMatrices: () => {
      const arm = transpose(join(u, onesLike(own)));
      const outer = mul(expandDims(arm, 2), expandDims(arm, 1));
      const scale = expandDims(transpose(own), 2);
      return add(mul(outer, scale), diagonalMatrices(join(rest, zerosLike(own))));
    },
    solvers: {
      diagonal: (lambda, hold, options) => ({
        solve: (v) => {
          const { share, left, scaled, pivot, gain, direction } = partsOf(lambda);
          return solve(v, {
            share: held(hold, "share", share, zeros),
            left: held(hold, "left", left, ones),
            scaled: held(hold, "scaled", scaled, zeros),
            pivot: held(hold, "pivot", pivot, ones),
            gain: held(hold, "gain", gain, zeros),
            direction: held(hold, "direction", direction, zeros),
          });
        },
        lambda: () => heldLambda(hold, lambda, options),
      }),
    },
    inverseSqrt: (v, lambda) => {
      // R = [I, 0; −share u', 1] diag((diag(s + λ) + βuu')^-½, pivot^-½), the root by Andrews.
      const { pivot, left, share, scaled, beta, norm } = eliminated(lambda);
      const whole = sqrt(add(norm, 1));
      const gain = div(beta, mul(whole, add(whole, 1)));
      const side = div(weights(v), sqrt(left));
      const w = sub(side, mul(scaled, mul(gain, dots(u, side))));
      return join(w, sub(div(bias(v), sqrt(pivot)), mul(share, dots(u, w))));
    },
    logdet: (lambda) => {
      const { pivot, left, norm } = eliminated(lambda);
      const all = add(
        sum(log(left), { axis: 0, keepDims: true }),
        add(log(pivot), log(add(norm, 1))),
      );
      return sum(all, { axis: 0 });
    },
    sample: (options) => {
      const noise = normal([d, m], options);
      const common = mul(sqrt(own), bias(noise));
      return join(add(mul(sqrt(rest), weights(noise)), mul(u, common)), common);
    },
  });
}

const weights = (v: Node) => slice(v, [[0, -1]]);
const bias = (v: Node) => slice(v, [[(v.shape[0] as number) - 1, v.shape[0] as number]]);
const join = (w: Node, b: Node) => concat([w, b], 0);
const dots = (a: Node, b: Node) => sum(mul(a, b), { axis: 0, keepDims: true });

/** The matrix g_i = diag(s, 0) + g_ββ(u, 1)(u, 1)' with u = coupling/g_ββ. `own` is g_ββ and `rest` is s. */
interface Arrow {
  readonly own: Node;
  readonly u: Node;
  readonly rest: Node;
}

function arrowOf(diagonal: Node, coupling: Node): Arrow {
  const own = bias(diagonal);
  const some = greater(own, 0);
  const u = where(some, div(coupling, where(some, own, 1)), 0);
  // Rounding can make the rest slightly negative.
  return { own, u, rest: maximum(sub(weights(diagonal), mul(u, coupling)), 0) };
}

/** Returns (diag(s, 0) + g_ββ(u, 1)(u, 1)')v. */
function product(v: Node, { rest, u, own }: Arrow): Node {
  const common = mul(own, add(dots(u, weights(v)), bias(v)));
  return join(add(mul(rest, weights(v)), mul(u, common)), common);
}

/** What solving needs of g + λI. */
interface SolvedParts {
  readonly share: Node;
  readonly left: Node;
  readonly scaled: Node;
  readonly pivot: Node;
  readonly gain: Node;
  readonly direction: Node;
}

/**
 * Options of {@link quasiDiagonalGram}.
 *
 * @category Metrics: blocks
 */
export interface QuasiDiagonalOptions extends RowOptions {
  /** The factor of the block, such as σ⁻²; 1 by default. */
  readonly weight?: number;
}

/**
 * Makes the quasi-diagonal reduction of E[ν_i x̃x̃'] for each unit i, at the cost of two products.
 *
 * @param x - The rows without the column of ones, [n, d − 1].
 * @param nu - The weights ν ≥ 0 of each row in each unit, [n, m].
 * @param options - The factor, the weights of the rows and the number of samples.
 * @returns A {@link quasiDiagonal} block over a parameter [d, m].
 * @throws {@link ShapeError} if rows, ν or weights do not fit.
 * @throws {@link MetricError} if the number of samples is not positive.
 * @category Metrics: blocks
 */
export function quasiDiagonalGram(x: Node, nu: Node, options: QuasiDiagonalOptions = {}): Block {
  checkOptions("quasiDiagonalGram", options, ["weight", "weights", "samples"]);
  checkWeight("quasiDiagonalGram", options.weight);
  const [n = 0] = x.shape;
  if (x.shape.length !== 2 || nu.shape.length !== 2 || nu.shape[0] !== n) {
    throw new ShapeError({
      where: "quasiDiagonalGram",
      must: "rows must be [n, d − 1] and weights [n, m]",
      got: `${showShape(x.shape)} and ${showShape(nu.shape)}`,
      todo: "pass the module's reference and one weight per row and unit",
    });
  }
  const { weights: own, share } = rowOptions("quasiDiagonalGram", n, options);
  const [by, all] = [share * (options.weight ?? 1), weighted(nu, own)];
  const squares = mul(rowProducts(x, true).squares(all), by);
  const coupling = mul(matmul(x, all, { transposeA: true }), by);
  return quasiDiagonal(squares, coupling, "quasiDiagonalGram");
}
