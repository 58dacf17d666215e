import type { Columns, Solver } from "../blocks/block.ts";
import type { Subsystem } from "../core/subsystems.ts";
import type { SolveCost } from "./budget.ts";

/**
 * What it takes to precondition one subsystem.
 *
 * @category Metrics: tables
 */
export interface ExplainRow {
  /** The place of the module in the model. */
  readonly path: string;
  /** The names of the parameters. */
  readonly params: readonly string[];
  /** Where the closed form comes from. */
  readonly source: string;
  /** The name of the constructor that made the block, or "plain gradient". */
  readonly form: string;
  /** The name of the law of the response whose Fisher information it is; null for the plain gradient. */
  readonly law: string | null;
  /** The matrices in words: "80 × [785, 785]". */
  readonly layout: string;
  /** Which units share a matrix; null for the plain gradient. */
  readonly columns: Columns | null;
  /** The number of different matrices. */
  readonly matrices: number;
  /** The order of each matrix. */
  readonly size: number;
  /** The length of a column of the parameter. */
  readonly d: number;
  /** The number of units, the columns of the parameter. */
  readonly m: number;
  /** The number of uses of the parameters that were added up. */
  readonly uses: number;
  /** The solver; "none" for the plain gradient. */
  readonly solver: Solver | "none";
  /** Why this solver, in words. */
  readonly why: string;
  /** The bytes that solving keeps, by the element types of the store and of the solve. */
  readonly bytes: number;
  /** Multiply-adds to build and factor the metric once. */
  readonly build: number;
  /** Multiply-adds to solve for one gradient. */
  readonly apply: number;
}

/** Makes the row of a subsystem that is solved at a cost; null stands for the plain gradient. */
export function explainRow(subsystem: Subsystem, cost: SolveCost | null): ExplainRow {
  const { path, names, source, block, uses, responses } = subsystem;
  const base = { path, params: names, source, uses };
  if (block === null || cost === null) {
    const none = { solver: "none", why: "no metric", bytes: 0, build: 0, apply: 0 } as const;
    const sizes = { layout: "–", columns: null, matrices: 0, size: 0, d: 0, m: 0 };
    return { ...base, form: "plain gradient", law: null, ...sizes, ...none };
  }
  const { d, m, columns, layout, matrices, size, form } = block;
  const law = [...new Set(responses().map((response) => response.law.name))].join(", ");
  return { ...base, form, law, layout, columns, matrices, size, d, m, ...cost };
}
