import {
  add,
  cholesky,
  choleskyLogdet,
  choleskyShift,
  choleskySolve,
  div,
  eye,
  log,
  mul,
  type Node,
  reshape,
  sqrt,
  stopGradient,
  sub,
  triangularSolve,
} from "@metrigrad/graph";
import { fromSides, perColumn, perMatrix, toSides } from "./columns.ts";
import { ones, zeros } from "./first.ts";
import { inverseOf } from "./inverseOf.ts";
import type { Keep, PreparedSolve } from "./prepared.ts";
import { rowProducts } from "./rowProducts.ts";
import type { Shifted } from "./shifted.ts";
import type { RowWeights } from "./weights.ts";

/** The rows of g = (c/n) UU', as a solve in their space needs them. */
export interface WoodburyRows {
  readonly x: Node;
  readonly bias: boolean;
  /** c. */
  readonly weight: number;
  readonly m: number;
  readonly weights: RowWeights;
}

/** A solve in the space of the rows. */
export interface Woodbury {
  /** λ [matrices]; where factoring had to raise it, the raised one. */
  readonly lambda: Node;
  /** (g + λI)⁻¹v for v [d, m]. */
  solve(v: Node): Shifted;
  /** The same with x, the inner inverses and λ kept: an inverse is cheaper than two triangular solves. */
  prepare(keep: Keep): PreparedSolve;
  /** Q [n, m] with (g + λI)⁻¹v = (v − X̃'Q)/λ, from y = X̃v [n, m]. */
  inner(y: Node): Node;
  /** λ^-½(v − UL⁻ᵀ(L + √λ I)⁻¹U'v) (Andrews 1968). */
  inverseSqrt(v: Node): Node;
  /** [matrices]. */
  logdet(size: number): Node;
}

/**
 * (g + λI)⁻¹v = (v − U(nλ/c · I + U'U)⁻¹U'v)/λ (Woodbury), by Cholesky factors of the inner systems.
 */
export function woodbury(rows: WoodburyRows, wanted: Node): Woodbury {
  const { x, bias, weight, m, weights } = rows;
  const { columns } = weights;
  const n = x.shape[0] as number;
  const products = rowProducts(x, bias);
  const count = columns === "own" ? m : 1;
  const asked = perMatrix(mul(wanted, n / weight), columns);
  const shift = columns === "own" ? reshape(asked, [m]) : asked;
  const factor = cholesky(weights.kernel(products.kernel()), { shift });
  // What it was raised by stands apart, so that λ keeps its derivative.
  const used = mul(reshape(choleskyShift(factor), [count]), weight / n);
  const lambda = add(wanted, stopGradient(sub(used, wanted)));

  const sided = (y: Node) => (columns === "own" ? toSides(y, columns) : y);
  const unsided = (y: Node) => (columns === "own" ? fromSides(y, m, columns) : y);
  const inner = (t: Node) => weights.unfold(unsided(choleskySolve(factor, sided(weights.fold(t)))));
  const finish = (v: Node, product: Node, by: Node) =>
    mul(sub(v, product), div(1, perColumn(by, columns)));
  return {
    lambda,
    inner,
    solve: (v) => ({ x: finish(v, products.back(inner(products.forward(v))), lambda), lambda }),
    prepare: (keep) => {
      const keptLambda = () => keep("lambda", lambda, ones);
      const solve = (v: Node) => {
        const { forward, back } = rowProducts(keep("x", x, zeros), bias);
        const keptInner = weights.keepInner(inverseOf(factor), keep);
        return finish(v, back(keptInner(forward(v))), keptLambda());
      };
      return { solve, lambda: keptLambda };
    },
    inverseSqrt: (v) => {
      // With U scaled by √(c/n) the factor is scaled as well, and nothing but λ changes.
      const root = sqrt(perMatrix(mul(lambda, n / weight), columns));
      const sum = add(factor, mul(root, eye(weights.rows)));
      const first = triangularSolve(sum, sided(weights.fold(products.forward(v))));
      const second = unsided(triangularSolve(factor, first, { transpose: true }));
      return finish(v, products.back(weights.unfold(second)), sqrt(lambda));
    },
    logdet: (size) => {
      // |λI + (c/n)UU'| = λ^(size − rows) (c/n)^rows |nλ/c + U'U|.
      const own = add(choleskyLogdet(factor), weights.rows * Math.log(weight / n));
      return add(mul(log(lambda), size - weights.rows), reshape(own, [-1]));
    },
  };
}
