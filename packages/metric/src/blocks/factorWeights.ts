import {
  add,
  expandDims,
  gram,
  matmul,
  mul,
  type Node,
  reshape,
  square,
  sum,
  transpose,
} from "@metrigrad/graph";
import { zeros } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import type { RowWeights } from "./weights.ts";

/** Weights rows by factors F [n, m, r]: Σ_s x̃_sx̃_s' ⊗ F_sF_s' over all columns at once. */
export function factorWeights(factors: Node): RowWeights {
  const [n = 0, m = 0, r = 0] = factors.shape;
  const rows = n * r;
  const fold = (t: Node) => reshape(matmul(expandDims(t, 1), factors), [rows, 1]);
  const unfold = (y: Node) => reshape(matmul(factors, reshape(y, [n, r, 1])), [n, m]);
  const fromHeld = (hold: Hold) => factorWeights(held(hold, "factors", factors, zeros));
  return {
    columns: "coupled",
    nu: null,
    factors,
    rows,
    folded: [rows, 1],
    fold,
    unfold,
    weigh: (t) => unfold(fold(t)),
    unweigh: null,
    held: fromHeld,
    heldInner: (inner, hold) => {
      const own = fromHeld(hold);
      const matrix = held(hold, "inverse", inner, zeros);
      return (t) => own.unfold(matmul(matrix, own.fold(t)));
    },
    kernel: (products) => {
      const byRow = reshape(transpose(factors), [rows, m]);
      const inner = reshape(gram(transpose(byRow)), [n, r, n, r]);
      return reshape(mul(inner, reshape(products, [n, 1, n, 1])), [rows, rows]);
    },
    traces: (norms) => reshape(sum(mul(sum(square(factors), { axis: [1, 2] }), norms)), [1]),
    diagonal: () => sum(square(factors), { axis: 2 }),
    accumulate: (full, base, alpha, beta) => {
      const d = full.shape[1] as number;
      // For every pair of units there is one gram of x̃ with the weights (F_sF_s')_ij.
      const pairs = reshape(matmul(factors, transpose(factors)), [n, m * m]);
      const blocks = reshape(gram(full, { nu: transpose(pairs), alpha }), [m, m, d, d]);
      const own = reshape(transpose(blocks, [2, 0, 3, 1]), [1, d * m, d * m]);
      return base === null ? own : add(own, mul(base, beta));
    },
    kernelCost: (d) => (n * n * d) / 2 + (rows * rows * m) / 2,
    assembleCost: (d) => (m * m * n * d * d) / 2 + (n * m * m * r) / 2,
    foldCost: n * m * r,
  };
}
