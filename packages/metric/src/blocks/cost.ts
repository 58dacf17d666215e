import type { BlockCost, SolveEffort } from "./block.ts";
import { defaultIterations } from "./cg.ts";
import { effortOf, rankOf } from "./effort.ts";

/** The costs of the solvers of a block, the preferred one first. */
export type Costs = readonly [BlockCost, ...BlockCost[]];

/** The sizes that decide how a metric of rows is solved. */
export interface RowsSizes {
  /** Rows of one matrix: n, or n·r with factors of r columns. */
  readonly rows: number;
  /** Order of a matrix. */
  readonly size: number;
  /** Number of matrices: m if each column has its own, else 1. */
  readonly matrices: number;
  /** Number of right sides in all: m, or 1 where the columns are coupled. */
  readonly sides: number;
  /** Multiply-adds of X̃v, or of X̃'y. */
  readonly product: number;
  /** Multiply-adds of all inner products of rows. */
  readonly kernel: number;
  /** Multiply-adds of all explicit matrices. */
  readonly assemble: number;
  /** Whether all columns share one matrix, so that its rows can be factored and sketched; false by default. */
  readonly single?: boolean;
}

/**
 * Woodbury's identity is cheaper below about this many rows per dimension. The number is measured: see
 * docs/decisions.md.
 */
const breakEven = 0.7;

/**
 * The number of floats that exact solving may keep before conjugate gradients take its place: 1 GiB in 32 bits.
 *
 * It counts floats, not bytes, so that a model is solved alike in 32 and in 64 bits.
 */
export const exactLimit = 2 ** 28;

/** Returns the costs of the solvers of weighted rows. */
export function rowsCosts(sizes: RowsSizes): Costs {
  const { rows, size, matrices, sides, product, kernel, assemble } = sizes;
  const few = rows < breakEven * size;
  const why = `${rows} rows ${few ? "<" : "≥"} ${breakEven}·${size} = ${Math.round(breakEven * size)}`;
  const woodbury: BlockCost = {
    solver: "woodbury",
    why,
    floats: 2 * matrices * rows * rows,
    build: kernel + (matrices * rows ** 3) / 6,
    apply: rows * rows * sides + 2 * product,
  };
  const dense: BlockCost = {
    solver: "dense",
    why,
    floats: 2 * matrices * size * size,
    build: assemble + (matrices * size ** 3) / 6,
    apply: size * size * sides,
  };
  const costs = ranked(
    few ? woodbury : dense,
    few ? dense : woodbury,
    iterative(2 * product, sizes),
  );
  return sizes.single === true ? [...costs, qrCost(sizes), nystromCost(sizes)] : costs;
}

/**
 * Returns the cost of a QR factorisation of the rows with √λI below them.
 *
 * It is slower and more exact than Cholesky factors of products, so it is taken only on request.
 */
function qrCost({ rows, size, sides }: RowsSizes): BlockCost {
  const all = (rows + size) * size;
  return {
    solver: "qr",
    why: "the rows themselves are factored",
    floats: 3 * all,
    build: 2 * all * size,
    apply: all * sides,
  };
}

/**
 * Returns the cost of conjugate gradients that are preconditioned by an approximation of low rank. They need products
 * with the rows only.
 *
 * The solver is not exact, so it is taken only on request.
 */
function nystromCost(sizes: RowsSizes, effort: SolveEffort = {}): BlockCost {
  const { rows, size, sides, product } = sizes;
  const order = Math.min(rows, size);
  const rank = rankOf(order, effort);
  const { iterations } = effortOf("nystrom", order, effort);
  const sketch = order * rank;
  return {
    solver: "nystrom",
    why: `rank ${rank} of ${order}${iterations === 0 ? "" : `, ${iterations} steps`}`,
    floats: 3 * sketch + 3 * rank * rank + 5 * size * sides,
    build: 2 * rows * size * rank + 2 * sketch * rank + rank ** 3 / 3,
    apply: iterations * (2 * product + 2 * sketch * sides) + 2 * product + 2 * sketch * sides,
    tuned: (other) => nystromCost(sizes, other),
  };
}

/** Changes a cost, and also the costs that it has with other numbers of steps. */
export function changedCost(cost: BlockCost, change: (cost: BlockCost) => BlockCost): BlockCost {
  const { tuned } = cost;
  if (tuned === undefined) return change(cost);
  return { ...change(cost), tuned: (effort) => changedCost(tuned(effort), change) };
}

/** Returns the costs of the solvers of explicit matrices. */
export function denseCosts(sizes: Pick<RowsSizes, "size" | "matrices" | "sides">): Costs {
  const { size, matrices, sides } = sizes;
  const dense: BlockCost = {
    solver: "dense",
    why: "explicit matrices",
    floats: 2 * matrices * size * size,
    build: (matrices * size ** 3) / 6,
    apply: size * size * sides,
  };
  return [dense, iterative(size * size * sides, sizes)];
}

/**
 * Returns the costs of matrices that are solved directly from `values` numbers, with `work` multiply-adds for each.
 *
 * There are m matrices of order d, or one that m columns share.
 */
export function directCosts(
  why: string,
  { d, m, values, work }: Readonly<Record<"d" | "m" | "values" | "work", number>>,
  shared = false,
): Costs {
  const sizes = { size: d, matrices: shared ? 1 : m, sides: m };
  return [
    { solver: "diagonal", why, floats: values, build: values, apply: work * values },
    denseCosts(sizes)[0],
    iterative(work * values, sizes),
  ];
}

/** The multiply-adds of an eigenvalue problem with vectors are about this multiple of d³. */
const eighWork = 9;

/** Returns the costs of A ⊗ G: by eigenvectors, or by Cholesky factors if the damping is split. */
export function kroneckerCosts(d: number, m: number, split: boolean): Costs {
  const work = split ? 1 / 6 : eighWork;
  const product = d * d * m + d * m * m;
  const kronecker: BlockCost = {
    solver: "kronecker",
    why: split ? "two Cholesky factors" : "eigenvectors of two factors",
    floats: 2 * (d * d + m * m),
    build: work * (d ** 3 + m ** 3),
    apply: (split ? 1 : 2) * product,
  };
  const sizes = { size: d * m, matrices: 1, sides: 1 };
  return [kronecker, iterative(product, sizes), denseCosts(sizes)[0]];
}

/** Returns the cost of conjugate gradients: five vectors, and a product per step. */
export function iterative(
  product: number,
  sizes: Pick<RowsSizes, "size" | "matrices" | "sides">,
  { iterations = defaultIterations }: SolveEffort = {},
): BlockCost {
  const { size, matrices, sides } = sizes;
  const steps = Math.min(iterations, 2 * size);
  return {
    solver: "cg",
    why: `${steps} steps keep vectors only`,
    floats: 5 * size * Math.max(sides, matrices),
    build: 0,
    apply: steps * product,
    tuned: (effort) => iterative(product, sizes, effort),
  };
}

/** Puts the first exact solver in front if it fits, else the second, else the iterative one. */
function ranked(first: BlockCost, second: BlockCost, cg: BlockCost): Costs {
  if (first.floats <= exactLimit) return [first, second, cg];
  const over = "more than 2²⁸ floats";
  if (second.floats <= exactLimit)
    return [{ ...second, why: `${first.why}, but ${first.solver} keeps ${over}` }, cg, first];
  return [{ ...cg, why: `dense and woodbury keep ${over} each` }, second, first];
}
