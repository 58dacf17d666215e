import type { Node, RandomOptions } from "@metrigrad/graph";
import type { FloatType, Initializer } from "@metrigrad/tensor";
import type { Damping } from "./damping.ts";
import type { Hold } from "./hold.ts";

/**
 * The way in which `solve` inverts g + λI.
 *
 * - `"dense"`: Cholesky factors of the explicit matrices. Every block has it.
 * - `"cg"`: conjugate gradients, a fixed number of steps. Every block has it.
 * - `"woodbury"`: Cholesky factors in the space of the rows, for blocks of rows.
 * - `"qr"`: a QR factorisation of the rows themselves, for rows that all columns share. It does not square their
 *   condition number.
 * - `"nystrom"`: an approximation of low rank, alone or before conjugate gradients, for rows that all columns share.
 * - `"diagonal"`: element-wise, for diagonal and quasi-diagonal blocks.
 * - `"kronecker"`: through the two factors of a Kronecker product, or through a fixed eigenbasis.
 *
 * @category Metrics: blocks
 */
export type Solver = "dense" | "woodbury" | "diagonal" | "kronecker" | "cg" | "qr" | "nystrom";

/**
 * Which columns of the parameter a matrix of a block belongs to.
 *
 * - `"shared"`: one matrix serves all columns.
 * - `"own"`: each column has its own matrix.
 * - `"coupled"`: one matrix is over all columns at once, with the parameter flattened row-major.
 *
 * @category Metrics: blocks
 */
export type Columns = "shared" | "own" | "coupled";

/** Options of the operations that use g + λI. @category Metrics: blocks */
export interface DampedOptions {
  /** The damping λ; 0 by default. */
  readonly damping?: Damping;
  /** The element type of the values, for the limit on the bytes of explicit matrices; `"f32"` by default. */
  readonly float?: FloatType;
}

/** How far the solvers `"cg"` and `"nystrom"` go, which are not exact. @category Metrics: blocks */
export interface SolveEffort {
  /**
   * The number of steps: 50 by default for `"cg"`, 10 for `"nystrom"`, and never more than twice the order of the
   * matrix. With 0, `"nystrom"` solves with its approximation of low rank in the place of g.
   */
  readonly iterations?: number;
  /** The rank r of `"nystrom"`: by default a tenth of the order, but at least 32; never more than the order. */
  readonly rank?: number;
}

/** Options of `solve`. @category Metrics: blocks */
export interface SolveOptions extends DampedOptions, SolveEffort {
  /** The solver; by default the block's cost model chooses it. */
  readonly solver?: Solver;
}

/** Options of `prepare`. @category Metrics: blocks */
export interface PrepareOptions extends SolveOptions {
  /**
   * The metric that held values stand for before their first update; `"zero"` by default.
   *
   * In both cases `solve` then gives its argument back. With `"zero"` the metric is 0 and λ = 1. With `"identity"`
   * the metric is I and λ = 0, as for a running average that begins with I.
   */
  readonly first?: "zero" | "identity";
}

/**
 * A block at one damping, solved by one solver.
 *
 * Vectors v have the parameter's shape [d, m]. All methods that take one throw {@link ShapeError} for another shape.
 *
 * @category Metrics: blocks
 */
export interface DampedSolve {
  /** Solves with the damped metric: (g + λI)⁻¹v. @param v - The right side, [d, m]. @returns The solution, [d, m]. */
  solve(v: Node): Node;
  /** Multiplies by the metric without damping: gv. @param v - The vector, [d, m]. @returns The product, [d, m]. */
  apply(v: Node): Node;
  /**
   * Multiplies by the matrix that `solve` inverts: g + λI, unless the kind of block is damped in another way.
   * @param v - The vector, [d, m].
   * @returns The product, [d, m].
   */
  damped(v: Node): Node;
  /**
   * Returns the λ that is used. It is larger than the one asked for where g + λI was singular in rounding.
   * @returns One λ for each matrix, [matrices].
   */
  lambda(): Node;
  /**
   * Measures how well x solves for v: ‖v − (g + λI)x‖/‖v‖ over the whole vector.
   * @param v - The right side, [d, m].
   * @param x - The solution, [d, m].
   * @returns The relative residual, a scalar; 0 where v = 0.
   */
  residual(v: Node, x: Node): Node;
}

/** The values of a block that running averages keep, and the block that these values make. @category Metrics: blocks */
export interface AveragedBy {
  /**
   * By name: the value of this batch, and the first value of the average. With the first values the block is the
   * identity.
   */
  readonly values: Readonly<Record<string, { readonly value: Node; readonly init: Initializer }>>;
  /** Makes the block of averaged values, which it takes by name. */
  readonly block: (kept: Readonly<Record<string, Node>>) => Block;
}

/**
 * Rows that make a metric: g = share · Σ_s x̃_s x̃_s' ⊗ W_s, where W_s is I_m, ν_s I_m, diag ν_s or F_sF_s'.
 * @category Metrics: blocks
 */
export interface MadeOf {
  /** The rows x without the column of ones: [n, d − 1] with `bias`, else [n, d]; [n, dm] with `flat`. */
  readonly x: Node;
  /** Whether the rows are x̃ = (x, 1). The last column of ones is never stored. */
  readonly bias: boolean;
  /** The factor of the sum, such as σ⁻²/n. */
  readonly share: number;
  /** The weights ν of the units: [n, m], or [n, 1] where all columns have the same; null if there are none. */
  readonly nu: Node | null;
  /** The factors F of the weights, [n, m, r]; null if there are none. */
  readonly factors: Node | null;
  /** Whether the rows are over the parameter flattened row-major: g = share · Σ_s x_s x_s'. */
  readonly flat: boolean;
  /** The outputs T = X̃W, [n, m], where the caller stated that the parameters act through T alone; else null. */
  readonly outputs: Node | null;
  /** `"diagonal"` if blocks of these rows are damped along their diagonal, as by {@link marquardtBlock}. */
  readonly damping?: "diagonal";
}

/** Blocks that do not couple, each over its own slices of stacked parameters. @category Metrics: blocks */
export interface Copies {
  /** The block of each copy. */
  readonly blocks: readonly Block[];
  /** How many of the d rows of one copy's [d, m] belong to each parameter. */
  readonly rows: readonly number[];
}

/**
 * A symmetric positive semi-definite matrix g over the parameters of one subsystem, kept in the form in which it is
 * cheap.
 *
 * The parameters are a matrix [d, m] with one column for each unit. Operations are nodes of a graph. They throw
 * {@link ShapeError} for vectors that are not [d, m], and {@link MetricError} for a solver that the block does not
 * have.
 *
 * @category Metrics: blocks
 */
export interface Block {
  /**
   * The kind: "rows", "dense", "kronecker", "eigenbasis", "diagonal", "quasiDiagonal", "pulled back", "sum" or
   * "directSum".
   */
  readonly kind: string;
  /** The name of the constructor that made it, for {@link explain}. */
  readonly form: string;
  /** The length d of a column of the parameter. */
  readonly d: number;
  /** The number m of columns of the parameter. */
  readonly m: number;
  /** The number of rows that it is made of; null if it is not made of rows. */
  readonly n: number | null;
  /** Which columns share a matrix. */
  readonly columns: Columns;
  /** The number of different matrices: m where each column has its own, else 1. A direct sum counts all copies. */
  readonly matrices: number;
  /** The order of each matrix: d, or dm if the columns are coupled. For a direct sum it is the order in one copy. */
  readonly size: number;
  /** The matrices in words, for {@link explain}, such as "80 × [785, 785]". */
  readonly layout: string;
  /** The factors A [d, d] and G [m, m] if g is A ⊗ G, else null. */
  readonly factors: readonly [Node, Node] | null;
  /** The values that a running average keeps in place of the matrices; null if it keeps the matrices. */
  readonly averagedBy: AveragedBy | null;
  /** The diagonal, [d, m] or [d, 1], if g is diagonal, else null. */
  readonly diagonalValues: Node | null;
  /** The rows that it is made of; null if it is not made of rows. */
  readonly madeOf: MadeOf | null;
  /** The blocks of the copies if it is their direct sum, else null. */
  readonly copies: Copies | null;
  /** The number of floats of rows and factors that exist for this block alone. The `costs` include them. */
  readonly rowFloats: number;
  /** Whether damping adds λ to the eigenvalues of the matrices. If false, the block is damped in another way. */
  readonly addsDamping: boolean;
  /** Multiplies by the metric: gv. @param v - The vector, [d, m]. @returns The product, [d, m]. */
  apply(v: Node): Node;
  /**
   * Multiplies by the matrix that `solve` inverts: g + λI, unless the kind of block is damped in another way.
   * @param v - The vector, [d, m].
   * @param options - The damping.
   * @returns The product, [d, m].
   */
  damped(v: Node, options?: DampedOptions): Node;
  /**
   * Solves with the damped metric: (g + λI)⁻¹v.
   * @param v - The right side, [d, m].
   * @param options - The damping, the solver and its effort.
   * @returns The solution, [d, m].
   */
  solve(v: Node, options?: SolveOptions): Node;
  /**
   * Solves from the cotangents C = ∂L/∂T [n, m] of the outputs T = X̃W: (g + λI)⁻¹(X̃'C + V). Null if the block is
   * not made of rows x̃_s.
   *
   * With the solver `"woodbury"` it works in the space of the outputs, and the gradient X̃'C is not formed. The
   * second argument is V [d, m] with `along` = X̃V [n, m], or null for V = 0. The README of the package has the
   * derivation.
   */
  readonly solveOutputs:
    | ((
        cotangents: Node,
        rest: { readonly v: Node; readonly along: Node } | null,
        options?: SolveOptions,
      ) => Node)
    | null;
  /**
   * Fixes the damping and the solver, so that several right sides can be solved.
   * @param hold - Keeps what is computed from the metric on the device, so that later batches only need products.
   *   With null nothing is kept.
   * @param options - The damping, the solver and its effort.
   * @returns The block at that damping.
   */
  prepare(hold: Hold | null, options?: PrepareOptions): DampedSolve;
  /**
   * Multiplies by a root of the inverse: Rv with RR' = (g + λI)⁻¹. White noise v becomes noise with that covariance.
   *
   * For explicit matrices R is L⁻ᵀ with LL' = g + λI. For few rows g = UU' it is R = λ^-½(I − UL⁻ᵀ(L + √λ I)⁻¹U')
   * with LL' = U'U + λI (Andrews 1968). Other kinds of blocks have roots of their own.
   * @param v - The vector, [d, m].
   * @param options - The damping.
   * @returns The product, [d, m].
   */
  inverseSqrt(v: Node, options?: DampedOptions): Node;
  /** Returns the trace of each matrix. @returns The traces, [matrices]. */
  trace(): Node;
  /** Returns the diagonal of g. @returns The diagonal, [d, m]. */
  diagonal(): Node;
  /**
   * Returns ln det(g + λI) of each matrix.
   * @param options - The damping.
   * @returns The natural logarithms, [matrices].
   */
  logdet(options?: DampedOptions): Node;
  /**
   * Returns the squared length v'gv of a step, in nats.
   * @param v - The step, [d, m].
   * @returns The squared length, a scalar.
   */
  quadratic(v: Node): Node;
  /**
   * Draws from N(0, g).
   *
   * For explicit matrices that are singular in rounding the draw is from N(0, g + λI), with the λ that `cholesky`
   * needs.
   * @param options - The key of the random numbers.
   * @returns The draw, [d, m].
   */
  sample(options: RandomOptions): Node;
  /** Returns the explicit matrices. @returns The matrices, [matrices, size, size]. */
  toMatrices(): Node;
  /** Returns one matrix over the parameter flattened row-major. @returns The matrix, [dm, dm]. */
  toDense(): Node;
  /**
   * Returns α·g + β·base, a step of a running average.
   * @param base - The matrices so far, [matrices, size, size]; null for none.
   * @param alpha - The factor α of g.
   * @param beta - The factor β of the base.
   * @returns The matrices, [matrices, size, size].
   */
  accumulate(base: Node | null, alpha: number, beta: number): Node;
  /** The cost of the solver that `solve` takes by default. */
  readonly cost: BlockCost;
  /** The costs of all solvers that it has, the preferred one first. */
  readonly costs: readonly BlockCost[];
}

/**
 * What it costs to solve with a block by one solver. The cost model chooses by it, and {@link explain} shows it.
 * @category Metrics: blocks
 */
export interface BlockCost {
  /** The solver. */
  readonly solver: Solver;
  /** Why this solver, in words. */
  readonly why: string;
  /** The number of floats that one solve keeps, including rows that were made for the block alone. */
  readonly floats: number;
  /** Multiply-adds to build and factor the metric. */
  readonly build: number;
  /** Multiply-adds to solve for one gradient. */
  readonly apply: number;
  /** The same cost with another number of steps or another rank; absent where these do not count. */
  readonly tuned?: (effort: SolveEffort) => BlockCost;
}
