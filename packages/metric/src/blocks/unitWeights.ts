import {
  div,
  expandDims,
  fill,
  gram,
  maximum,
  mul,
  type Node,
  reshape,
  sqrt,
  sum,
  transpose,
} from "@metrigrad/graph";
import { timesMatrices } from "./columns.ts";
import { zeros } from "./first.ts";
import { held } from "./hold.ts";
import type { RowWeights } from "./weights.ts";

/** Weights all rows the same for all m units: I_m ⊗ Σ_s x̃_s x̃_s'. */
export function sharedWeights(n: number, m: number): RowWeights {
  const weights: RowWeights = {
    columns: "shared",
    nu: null,
    factors: null,
    rows: n,
    folded: [n, m],
    fold: (t) => t,
    unfold: (y) => y,
    kernel: (products) => products,
    traces: (norms) => reshape(sum(norms), [1]),
    diagonal: () => fill([n, 1], 1),
    accumulate: (full, base, alpha, beta) => {
      const d = full.shape[1] as number;
      const more = base === null ? {} : { base: reshape(base, [d, d]), beta };
      return reshape(gram(full, { ...more, alpha }), [1, d, d]);
    },
    kernelCost: (d) => (n * n * d) / 2,
    assembleCost: (d) => (n * d * d) / 2,
    foldCost: 0,
    weigh: (t) => t,
    unweigh: (t) => t,
    held: () => weights,
    heldInner: (inner, hold) => {
      const matrix = held(hold, "inverse", reshape(inner, [1, n, n]), zeros);
      return (t) => timesMatrices(matrix, t, "shared");
    },
  };
  return weights;
}

/** Stands for a weight of 0, so that its inverse and its root are numbers in float32. */
const least = 1e-30;

/**
 * Weights each row in each unit by ν [n, m]: unit i has Σ_s ν_si x̃_s x̃_s'.
 *
 * If the m units are "shared", ν is [n, 1] and one matrix serves all of them.
 */
export function unitWeights(nu: Node, m: number, columns: "own" | "shared" = "own"): RowWeights {
  const n = nu.shape[0] as number;
  const matrices = columns === "own" ? m : 1;
  const positive = maximum(nu, least);
  const root = sqrt(positive);
  /** Returns D^½AD^½, [matrices, n, n], for A [n, n] or [matrices, n, n]. */
  const between = (a: Node) => {
    const byUnit = transpose(root);
    return mul(mul(expandDims(byUnit, 2), expandDims(byUnit, 1)), a);
  };
  return {
    columns,
    nu,
    factors: null,
    rows: n,
    folded: [n, m],
    fold: (t) => mul(root, t),
    unfold: (y) => mul(root, y),
    kernel: (products) => {
      const all = between(products);
      return columns === "own" ? all : reshape(all, [n, n]);
    },
    weigh: (t) => mul(nu, t),
    unweigh: (t) => div(t, positive),
    held: (hold) => unitWeights(held(hold, "nu", nu, zeros), m, columns),
    heldInner: (inner, hold) => {
      const matrix = held(hold, "inverse", between(inner), zeros);
      return (t) => timesMatrices(matrix, t, columns);
    },
    traces: (norms) => sum(mul(nu, expandDims(norms, 1)), { axis: 0 }),
    diagonal: () => nu,
    accumulate: (full, base, alpha, beta) => {
      const more = base === null ? {} : { base, beta };
      return gram(full, { ...more, nu: transpose(nu), alpha });
    },
    kernelCost: (d) => (n * n * d) / 2,
    assembleCost: (d) => (matrices * n * d * d) / 2,
    foldCost: n * m,
  };
}
