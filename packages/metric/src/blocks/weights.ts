import type { Node } from "@metrigrad/graph";
import type { Columns } from "./block.ts";
import type { Hold } from "./hold.ts";

/**
 * How rows are weighted in g = (c/n) UU': U'v = fold(X̃v) and Uy = X̃'unfold(y). What is between is a
 * matrix per row s: of the units' own weights, or F_s of a factor.
 */
export interface RowWeights {
  readonly columns: Columns;
  /** ν [n, m] or [n, 1], or F [n, m, r], where those are the weights. */
  readonly nu: Node | null;
  readonly factors: Node | null;
  /** Rows of one matrix: n or n·r. */
  readonly rows: number;
  /** Right-hand sides of U'v per matrix or in all, as [rows, columns]. */
  readonly folded: readonly [rows: number, columns: number];
  /** [n, m] → folded. */
  fold(t: Node): Node;
  /** folded → [n, m]. */
  unfold(y: Node): Node;
  /** unfold(fold(t)), [n, m]. */
  weigh(t: Node): Node;
  /** t ↦ D⁻¹t, the inverse of `weigh`; null where there is none. */
  readonly unweigh: ((t: Node) => Node) | null;
  /** The same weights from held values. */
  held(hold: Hold): RowWeights;
  /** t ↦ unfold(A fold(t)) of matrices A [rows, rows] or [m, rows, rows], with what that needs held. */
  heldInner(inner: Node, hold: Hold): (t: Node) => Node;
  /** U'U from X̃X̃' [n, n]: [rows, rows], or [m, rows, rows]. */
  kernel(products: Node): Node;
  /** tr Σ_s from |x̃_s|² [n]: [1] or [m]. */
  traces(norms: Node): Node;
  /** Weights of x̃² in the diagonal, [n, m], or [n, 1] for all columns alike. */
  diagonal(): Node;
  /** α UU' + β base, [matrices, size, size], of full rows x̃ [n, d]. */
  accumulate(full: Node, base: Node | null, alpha: number, beta: number): Node;
  /** Multiply-adds of U'U and of UU', for rows of d. */
  kernelCost(d: number): number;
  assembleCost(d: number): number;
  /** Of `fold`. */
  readonly foldCost: number;
}
