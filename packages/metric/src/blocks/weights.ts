import type { Node } from "@metrigrad/graph";
import type { Columns } from "./block.ts";
import type { Hold } from "./hold.ts";

/**
 * How rows are weighted in g = (c/n) UU', with U'v = fold(X̃v) and Uy = X̃'unfold(y).
 *
 * Each row s has a matrix between x̃_s and the outputs: the units' own weights, or a factor F_s.
 */
export interface RowWeights {
  /** Which columns share a matrix. */
  readonly columns: Columns;
  /** The weights ν, [n, m] or [n, 1], or null. */
  readonly nu: Node | null;
  /** The factors F, [n, m, r], or null. */
  readonly factors: Node | null;
  /** Rows of one matrix: n or n·r. */
  readonly rows: number;
  /** The shape of U'v, with the right sides of each matrix or of all. */
  readonly folded: readonly [rows: number, columns: number];
  /** Maps [n, m] to the folded shape. */
  fold(t: Node): Node;
  /** Maps the folded shape to [n, m]. */
  unfold(y: Node): Node;
  /** Returns unfold(fold(t)), [n, m]. */
  weigh(t: Node): Node;
  /** The inverse of `weigh`, t ↦ D⁻¹t; null if there is none. */
  readonly unweigh: ((t: Node) => Node) | null;
  /** Returns the same weights from held values. */
  held(hold: Hold): RowWeights;
  /** Returns t ↦ unfold(A fold(t)) for matrices A [rows, rows] or [m, rows, rows], and holds what that needs. */
  heldInner(inner: Node, hold: Hold): (t: Node) => Node;
  /** Returns U'U from X̃X̃' [n, n]: [rows, rows] or [m, rows, rows]. */
  kernel(products: Node): Node;
  /** Returns the traces of the sums over s from |x̃_s|² [n]: [1] or [m]. */
  traces(norms: Node): Node;
  /** Returns the weights of x̃² in the diagonal: [n, m], or [n, 1] for all columns alike. */
  diagonal(): Node;
  /** Returns α UU' + β base, [matrices, size, size], for full rows x̃ [n, d]. */
  accumulate(full: Node, base: Node | null, alpha: number, beta: number): Node;
  /** Returns the multiply-adds of U'U, for rows of d. */
  kernelCost(d: number): number;
  /** Returns the multiply-adds of UU', for rows of d. */
  assembleCost(d: number): number;
  /** Multiply-adds of `fold`. */
  readonly foldCost: number;
}
