import type { BlockCost, Solver } from "./block.ts";

/** Sizes that decide how a weighted-rows block is solved. */
export interface RowsSizes {
  readonly n: number;
  readonly d: number;
  readonly m: number;
  /** 1 (shared) or m. */
  readonly matrices: number;
}

/** Woodbury pays below about this many rows per dimension: measured, see docs/decisions.md. */
const breakEven = 0.7;

/** Multiply-adds and bytes of one damped solve, and the solver that is cheaper. */
export function rowsCost({ n, d, m, matrices }: RowsSizes): BlockCost {
  const solver: Solver = n < breakEven * d ? "woodbury" : "dense";
  const size = solver === "woodbury" ? n : d;
  const assemble = solver === "woodbury" ? (n * n * d) / 2 : (matrices * n * d * d) / 2;
  const products = solver === "woodbury" ? 2 * n * d * m : 0;
  const bound = Math.round(breakEven * d);
  return {
    solver,
    why: `${n} rows ${solver === "woodbury" ? "<" : "≥"} ${breakEven}·${d} = ${bound}`,
    bytes: 8 * matrices * size * size,
    build: assemble + (matrices * size ** 3) / 6,
    apply: size * size * m + products,
  };
}
