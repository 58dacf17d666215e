import type { BlockCost, Solver } from "../blocks/block.ts";
import type { Subsystem } from "../core/subsystems.ts";

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
  /** Distinct matrices, and rows and columns of each. */
  readonly matrices: number;
  readonly d: number;
  /** Units: columns of the parameter. */
  readonly m: number;
  readonly solver: Solver | "none";
  /** Why this solver. */
  readonly why: string;
  /** Bytes of float32 kept for solving. */
  readonly bytes: number;
  /** Multiply-adds to build and factor once. */
  readonly build: number;
  /** Multiply-adds to apply to one gradient. */
  readonly apply: number;
}

/** The row of a subsystem; `average`: a running average and its inverse are kept as matrices. */
export function explainRow(subsystem: Subsystem, average: boolean): ExplainRow {
  const { path, params, metric, block, responseModel } = subsystem;
  const names = params.map(({ attrs }) => attrs.name);
  const base = { path, params: names, source: metric.source };
  if (block === null) {
    const none = { solver: "none", why: "no metric", bytes: 0, build: 0, apply: 0 } as const;
    return { ...base, form: "plain gradient", law: null, matrices: 0, d: 0, m: 0, ...none };
  }
  const { d, m, n, matrices, form } = block;
  const { solver, why, bytes, build, apply } = average
    ? averaged(d, m, matrices, n ?? 0)
    : block.cost;
  const law = responseModel().law.name;
  return { ...base, form, law, matrices, d, m, solver, why, bytes, build, apply };
}

function averaged(d: number, m: number, matrices: number, n: number): BlockCost {
  return {
    solver: "dense",
    why: "a running average has more rows than d",
    bytes: 8 * matrices * d * d,
    build: (matrices * n * d * d) / 2 + (matrices * d ** 3) / 2,
    apply: d * d * m,
  };
}
