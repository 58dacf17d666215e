import type { Columns, Solver } from "../blocks/block.ts";
import type { Subsystem } from "../core/subsystems.ts";
import type { SolveCost } from "./budget.ts";

/** What preconditioning one subsystem takes. */
export interface ExplainRow {
  /** Where the module stands in the model. */
  readonly path: string;
  readonly params: readonly string[];
  /** Where the closed form comes from. */
  readonly source: string;
  readonly form: string;
  /** The response whose Fisher information it is; null: the plain gradient. */
  readonly law: string | null;
  /** What the block is: "80 × [785, 785]". */
  readonly layout: string;
  /** Whether units share a matrix, have their own, or one is over all; null: the plain gradient. */
  readonly columns: Columns | null;
  /** Distinct matrices, and rows and columns of each. */
  readonly matrices: number;
  readonly size: number;
  /** Length of a column of the parameter. */
  readonly d: number;
  /** Units: columns of the parameter. */
  readonly m: number;
  /** How many uses of the parameters were added up. */
  readonly uses: number;
  readonly solver: Solver | "none";
  /** Why this solver. */
  readonly why: string;
  /** Bytes kept for solving, in the floats of the store and of the solve. */
  readonly bytes: number;
  /** Multiply-adds to build and factor once. */
  readonly build: number;
  /** Multiply-adds to apply to one gradient. */
  readonly apply: number;
}

/** The row of a subsystem that is solved at a cost; null: the plain gradient. */
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
