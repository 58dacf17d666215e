import {
  add,
  concat,
  diag,
  diagonal,
  div,
  equal,
  expandDims,
  greater,
  matmul,
  maximum,
  minimum,
  mul,
  type Node,
  pad,
  reshape,
  rsqrt,
  slice,
  square,
  sub,
  sum,
  triangularSolve,
  type Update,
  where,
} from "@metrigrad/graph";
import type { MakeInverse } from "./inverseHessian.ts";

const ones = () => [1];

/** The least ‖s‖² that is divided by, in place of 0. */
const leastSquare = 1e-37;

/**
 * Makes an inverse Hessian H from the last m pairs of steps and changes of the gradient, by the two loops of L-BFGS
 * (Nocedal and Wright 2006, algorithm 7.4).
 *
 * The rows of S and Y are in the order of their age, and L = tril(Y S'). The first loop is then α = L⁻ᵀ S g, q = g −
 * Y'α. The second is c = L⁻¹(diag(L) α − γ Y q), r = γ q + S'c. So both loops are two triangular solves [m, m] and
 * four products, for any m.
 */
export function history(memory: number): MakeInverse {
  return (size, slot) => {
    const steps = slot("history/s", { shape: [memory, size] });
    const changes = slot("history/y", { shape: [memory, size] });
    const products = slot("history/products", { shape: [memory, memory] });
    const scale = slot("history/scale", { shape: [], init: ones });
    const pairs = slot("history/pairs", { shape: [] });
    return {
      empty: equal(pairs, 0),
      next: ({ s, y, sy, taken }, forget, gradient) => {
        // The update is the same for (cs, cy) with any c. With ‖s‖ = 1 nothing underflows close to the minimum.
        const unit = rsqrt(maximum(sum(square(s)), leastSquare));
        const [row, change] = [s, y].map((one) => expandDims(mul(one, unit), 0)) as [Node, Node];
        const kept = (now: Node, old: Node) => where(forget, 0, where(taken, now, old));
        const nextSteps = kept(shifted(steps, row, memory), steps);
        const nextChanges = kept(shifted(changes, change, memory), changes);
        const column = matmul(shifted(steps, row, memory), reshape(change, [size, 1]));
        const nextProducts = kept(
          bordered(products, reshape(column, [1, memory]), memory),
          products,
        );
        const nextScale = where(
          forget,
          1,
          where(taken, div(sy, where(taken, sum(square(y)), 1)), scale),
        );
        const nextPairs = kept(minimum(add(pairs, 1), memory), pairs);
        const image = twoLoops(
          { steps: nextSteps, changes: nextChanges, products: nextProducts, scale: nextScale },
          reshape(gradient, [size, 1]),
        );
        const cleared = (clear: Node): readonly Update[] => [
          [steps, where(clear, 0, nextSteps)],
          [changes, where(clear, 0, nextChanges)],
          [products, where(clear, 0, nextProducts)],
          [scale, where(clear, 1, nextScale)],
          [pairs, where(clear, 0, nextPairs)],
        ];
        return { image: reshape(image, [size]), empty: equal(nextPairs, 0), updates: cleared };
      },
    };
  };
}

/** Returns H g for a g [P, 1], from S and Y [m, P], L [m, m], and γ. Rows that hold nothing are 0. */
function twoLoops(
  {
    steps,
    changes,
    products,
    scale,
  }: {
    readonly steps: Node;
    readonly changes: Node;
    readonly products: Node;
    readonly scale: Node;
  },
  gradient: Node,
): Node {
  const pivots = diagonal(products);
  const triangle = add(products, diag(where(greater(pivots, 0), 0, 1)));
  const alpha = triangularSolve(triangle, matmul(steps, gradient), { transpose: true });
  const q = sub(gradient, matmul(changes, alpha, { transposeA: true }));
  const right = sub(mul(expandDims(pivots, 1), alpha), mul(matmul(changes, q), scale));
  const weights = triangularSolve(triangle, right);
  return add(mul(q, scale), matmul(steps, weights, { transposeA: true }));
}

/** Returns the rows without the first, and with a new last one. */
function shifted(rows: Node, row: Node, memory: number): Node {
  return memory === 1 ? row : concat([slice(rows, [[1, memory]]), row], 0);
}

/** Returns a lower triangle without its first row and column, and with a new last row. */
function bordered(triangle: Node, row: Node, memory: number): Node {
  if (memory === 1) return row;
  const inner = slice(triangle, [
    [1, memory],
    [1, memory],
  ]);
  const column = [
    [0, 0],
    [0, 1],
  ] as const;
  return concat([pad(inner, column), row], 0);
}
