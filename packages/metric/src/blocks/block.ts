import type { Node } from "@metrigrad/graph";
import type { Damping } from "./damping.ts";
import type { Keep, Prepared } from "./prepared.ts";

/** How `solve` works. */
export type Solver = "dense" | "woodbury";

/** What `solve` may be told. */
export interface SolveOptions {
  readonly damping?: Damping;
  /** Chosen by the cost model when left out. */
  readonly solver?: Solver;
}

/**
 * A symmetric positive semi-definite matrix over the parameters of one subsystem, in the form in
 * which it is cheap. Parameters are a matrix [d, m], one column per unit. The block has one [d, d]
 * matrix that all m columns share, or one for each: it is block diagonal over units.
 */
export interface Block {
  /** "rows" or "dense". */
  readonly kind: string;
  /** The constructor that made it, for `explain`. */
  readonly form: string;
  /** Length of a column. */
  readonly d: number;
  /** Number of columns. */
  readonly m: number;
  /** Rows that it is made of, or null. */
  readonly n: number | null;
  /** Number of distinct matrices: 1 (shared) or m. */
  readonly matrices: number;
  /** g v for v [d, m]. */
  apply(v: Node): Node;
  /** (g + λI)⁻¹ v for v [d, m]. */
  solve(v: Node, options?: SolveOptions): Node;
  /** `solve` with all that is made of the metric kept, for the right sides of later batches. */
  prepare(keep: Keep, options?: SolveOptions): Prepared;
  /** The solver that `solve` takes unless told, and what it keeps and does. */
  readonly cost: BlockCost;
  /** Traces of the matrices, [matrices]. */
  trace(): Node;
  /** The matrices, [matrices, d, d]. */
  toMatrices(): Node;
}

/** What solving with a block takes, for choosing and for `explain`. */
export interface BlockCost {
  readonly solver: Solver;
  /** Why this solver, for `explain`. */
  readonly why: string;
  /** Bytes of float32 that it keeps for one solve. */
  readonly bytes: number;
  /** Multiply-adds to build and factor, and to apply to one gradient. */
  readonly build: number;
  readonly apply: number;
}
