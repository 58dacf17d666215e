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

/** What stands for ‖s‖² = 0. */
const leastSquare = 1e-37;

/**
 * The last m pairs of steps and changes of the gradient, from which the two loops of L-BFGS make H g (Nocedal and
 * Wright 2006, algorithm 7.4). With the rows of S and Y in order of age and L = tril(Y S'), the first loop is
 * α = L⁻ᵀ S g, q = g − Y'α and the second c = L⁻¹(diag(L) α − γ Y q), r = γ q + S'c: two triangular solves
 * [m, m] and four products, whatever m is.
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
        // The update is the same for (cs, cy); with ‖s‖ = 1 nothing underflows close to the minimum.
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

/** H g from S, Y [m, P], L [m, m] and γ for g [P, 1]; rows that hold nothing are 0. */
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

/** The rows without the first, and a new last one. */
function shifted(rows: Node, row: Node, memory: number): Node {
  return memory === 1 ? row : concat([slice(rows, [[1, memory]]), row], 0);
}

/** A lower triangle without its first row and column, and a new last row. */
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
