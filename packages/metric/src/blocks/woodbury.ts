import {
  broadcastTo,
  cholesky,
  choleskyShift,
  choleskySolve,
  div,
  expandDims,
  fill,
  mul,
  type Node,
  reshape,
  sqrt,
  sub,
  transpose,
} from "@metrigrad/graph";
import { fromColumns, timesColumns, toColumns } from "./columns.ts";
import { ones, zeros } from "./first.ts";
import { inverseOf } from "./inverseOf.ts";
import type { Keep, Prepared } from "./prepared.ts";
import { rowProducts } from "./rowProducts.ts";

/** The rows of g_i = weight/n Σ_s ν_si x̃_s x̃_s', as a solve in their space needs them. */
export interface WoodburyRows {
  readonly x: Node;
  readonly bias: boolean;
  /** [n, m], or null: all rows count the same. */
  readonly nu: Node | null;
  readonly weight: number;
  readonly m: number;
}

/** A solve in the space of n rows. */
export interface Woodbury {
  /** λ [1] or [m]; where factoring had to raise it, the raised one. */
  readonly lambda: Node;
  /** (g + λI)⁻¹v for v [d, m]. */
  solve(v: Node): Node;
  /** Q [n, m] with (g + λI)⁻¹v = (v − X̃'Q)/λ, from y = X̃v [n, m]. */
  inner(y: Node): Node;
}

/**
 * (g_i + λI)⁻¹v = (v − X̃'D_i^½ (nλ/c · I + D_i^½KD_i^½)⁻¹ D_i^½X̃v)/λ with K = X̃X̃' and c the
 * weight (Woodbury), by Cholesky factors of the inner systems.
 */
export function woodbury(rows: WoodburyRows, wanted: Node): Woodbury {
  const { factor, lambda, root } = innerSystem(rows, wanted);
  const { forward, back } = rowProducts(rows.x, rows.bias);
  const inner = (y: Node) => {
    if (root === null) return choleskySolve(factor, y);
    return mul(root, fromColumns(choleskySolve(factor, toColumns(mul(root, y)))));
  };
  return { lambda, inner, solve: (v) => finish(v, back(inner(forward(v))), lambda) };
}

/**
 * The same with x, the inner inverses between D_i^½ and λ kept: an inverse times one column takes a
 * third of the time of two triangular solves.
 */
export function preparedWoodbury(rows: WoodburyRows, wanted: Node, keep: Keep): Prepared {
  const { x, bias, nu, weight } = rows;
  const n = x.shape[0] as number;
  const { factor, lambda, root } = innerSystem(rows, wanted);
  const between = () => {
    const inverse = inverseOf(factor);
    return root === null ? reshape(inverse, [1, n, n]) : weighted(inverse, transpose(root));
  };
  const products = () => rowProducts(keep("x", x, zeros), bias);
  const used = () => keep("lambda", lambda, ones);
  return {
    lambda: used,
    solve: (v) => {
      const { forward, back } = products();
      const inner = timesColumns(keep("inverse", between(), zeros), forward(v));
      return finish(v, back(inner), used());
    },
    apply: (v) => {
      const { forward, back } = products();
      const y = forward(v);
      const product = back(nu === null ? y : mul(keep("nu", nu, zeros), y));
      return mul(product, keep("share", fill([1], weight / n), zeros));
    },
  };
}

/** (v − X̃'Q)/λ. */
function finish(v: Node, product: Node, lambda: Node): Node {
  return mul(sub(v, product), div(1, lambda));
}

/** Factors of nλ/c · I + D_i^½KD_i^½, [n, n] or [m, n, n], the λ in them, and √ν. */
function innerSystem({ x, bias, nu, weight, m }: WoodburyRows, wanted: Node) {
  const n = x.shape[0] as number;
  const root = nu === null ? null : sqrt(nu);
  const kernel = rowProducts(x, bias).kernel();
  const count = root === null ? 1 : m;
  const shift = broadcastTo(mul(wanted, n / weight), [count]);
  const factor =
    root === null
      ? cholesky(kernel, { shift: reshape(shift, []) })
      : cholesky(weighted(kernel, transpose(root)), { shift });
  const lambda = reshape(mul(choleskyShift(factor), weight / n), [count]);
  return { factor, lambda, root };
}

/** D_i^½AD_i^½ for every unit, [m, n, n], from A [n, n] or [m, n, n] and √ν by unit [m, n]. */
function weighted(a: Node, root: Node): Node {
  return mul(mul(expandDims(root, 2), expandDims(root, 1)), a);
}
