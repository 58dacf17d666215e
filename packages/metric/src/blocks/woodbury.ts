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
import type { PrepareOptions } from "./block.ts";
import { fromSides, perColumn, perMatrix, toSides } from "./columns.ts";
import type { Factored } from "./factored.ts";
import { zeros } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import { inverseOf } from "./inverseOf.ts";
import { rowProducts } from "./rowProducts.ts";
import { heldLambda } from "./solvers.ts";
import type { RowWeights } from "./weights.ts";

/** The rows of g = c UU', as a solve in their space needs them. */
export interface WoodburyRows {
  readonly x: Node;
  readonly bias: boolean;
  /** The factor c. */
  readonly share: number;
  readonly m: number;
  readonly weights: RowWeights;
}

/** A solve in the space of the rows. */
export interface Woodbury extends Factored {
  /** Returns Q [n, m] with (g + λI)⁻¹v = (v − X̃'Q)/λ, from y = X̃v [n, m]. */
  inner(y: Node): Node;
}

/**
 * Solves in the space of the rows: (g + λI)⁻¹v = (v − U(λ/c · I + U'U)⁻¹U'v)/λ (Woodbury), by Cholesky factors of the
 * inner systems.
 *
 * With a Hold, x and the inner inverses are held, because an inverse is cheaper than two triangular solves.
 */
export function woodbury(
  { x, bias, share, m, weights }: WoodburyRows,
  wanted: Node,
  hold: Hold | null,
  options: PrepareOptions,
): Woodbury {
  const { columns } = weights;
  const products = rowProducts(x, bias);
  const count = columns === "own" ? m : 1;
  const d = (x.shape[1] as number) + (bias ? 1 : 0);
  const size = columns === "coupled" ? d * m : d;
  const asked = perMatrix(mul(wanted, 1 / share), columns);
  const shift = columns === "own" ? reshape(asked, [m]) : asked;
  const factor = cholesky(weights.kernel(products.kernel()), { shift });
  // What Cholesky adds to λ has no derivative, so that λ keeps its own.
  const used = mul(reshape(choleskyShift(factor), [count]), share);
  const lambda = add(wanted, stopGradient(sub(used, wanted)));

  const sided = (y: Node) => (columns === "own" ? toSides(y, columns) : y);
  const unsided = (y: Node) => (columns === "own" ? fromSides(y, m, columns) : y);
  const inner = (t: Node) => weights.unfold(unsided(choleskySolve(factor, sided(weights.fold(t)))));
  const finish = (v: Node, product: Node, by: Node) =>
    mul(sub(v, product), div(1, perColumn(by, columns)));
  const lambdaNow = () => heldLambda(hold, lambda, options);
  return {
    lambda: lambdaNow,
    inner,
    solve: (v) => {
      const { forward, back } = rowProducts(held(hold, "x", x, zeros), bias);
      const within = hold === null ? inner : weights.heldInner(inverseOf(factor), hold);
      return finish(v, back(within(forward(v))), lambdaNow());
    },
    inverseSqrt: (v) => {
      // If U is scaled by √c, the factor is scaled too, and only λ changes.
      const root = sqrt(perMatrix(mul(lambda, 1 / share), columns));
      const sum = add(factor, mul(root, eye(weights.rows)));
      const first = triangularSolve(sum, sided(weights.fold(products.forward(v))));
      const second = unsided(triangularSolve(factor, first, { transpose: true }));
      return finish(v, products.back(weights.unfold(second)), sqrt(lambda));
    },
    logdet: () => {
      // |λI + cUU'| = λ^(size − rows) c^rows |λ/c + U'U|.
      const own = add(choleskyLogdet(factor), weights.rows * Math.log(share));
      return add(mul(log(lambda), size - weights.rows), reshape(own, [-1]));
    },
  };
}
