import type { Node, RandomOptions } from "@metrigrad/graph";
import type { FloatType, Initializer } from "@metrigrad/tensor";
import type { Damping } from "./damping.ts";
import type { Hold } from "./hold.ts";

/** How `solve` works. */
export type Solver = "dense" | "woodbury" | "diagonal" | "kronecker" | "cg" | "qr" | "nystrom";

/**
 * What the matrices of a block are over: all columns of the parameter share one, each has its own, or
 * one is over all columns at once, the parameter flattened row-major.
 */
export type Columns = "shared" | "own" | "coupled";

/** λ of what is made of g + λI. */
export interface DampedOptions {
  readonly damping?: Damping;
  /** The floats of what is made, for the limit of explicit matrices; `"f32"` by default. */
  readonly float?: FloatType;
}

/** How far solvers go that are not exact; what is left out is by default enough. */
export interface SolveEffort {
  /**
   * Steps of the iterative solvers ("cg", "nystrom", and doublings of "kronecker"). 0 with "nystrom": the approximation of
   * low rank is solved in place of g.
   */
  readonly iterations?: number;
  /** r, the rank of the approximation of "nystrom"; a tenth of the order by default. */
  readonly rank?: number;
}

/** Options of `solve`. */
export interface SolveOptions extends DampedOptions, SolveEffort {
  /** Chosen by the cost model when left out. */
  readonly solver?: Solver;
}

/** Options of `prepare`. */
export interface PrepareOptions extends SolveOptions {
  /**
   * What held values stand for before the first update, so that solving gives v back: the metric 0 with λ = 1 by
   * default, or the metric I with λ = 0, as for an average that begins with I.
   */
  readonly first?: "zero" | "identity";
}

/** A block at one damping, solved by one solver. Vectors are [d, m]; all throw ShapeError for others. */
export interface DampedSolve {
  /** (g + λI)⁻¹ v. */
  solve(v: Node): Node;
  /** g v. */
  apply(v: Node): Node;
  /** (g + λI)v, or what the kind has in its place: what `solve` inverts. */
  damped(v: Node): Node;
  /** The λ used, [matrices]: larger than the one asked for where g + λI was singular in rounding. */
  lambda(): Node;
  /** ‖v − (g + λI)x‖/‖v‖ over the whole vector at that λ, a scalar; 0 where v = 0. */
  residual(v: Node, x: Node): Node;
}

/** Values of which running averages are kept, and the block that these make. */
export interface AveragedBy {
  /** By name: the value of one batch, and the first one, at which the block is the identity. */
  readonly values: Readonly<Record<string, { readonly value: Node; readonly init: Initializer }>>;
  readonly block: (kept: Readonly<Record<string, Node>>) => Block;
}

/** Rows with g = share Σ_s x̃_s x̃_s' ⊗ W_s, where W_s is I_m, ν_s I_m, diag ν_s or F_sF_s'. */
export interface MadeOf {
  /** x [n, d − 1] with `bias`, else [n, d]; [n, dm] where flat. */
  readonly x: Node;
  /** x̃ = (x, 1): a last column of ones that is never stored. */
  readonly bias: boolean;
  readonly share: number;
  /** ν [n, m], or [n, 1] for all columns alike. */
  readonly nu: Node | null;
  /** F [n, m, r]. */
  readonly factors: Node | null;
  /** Whether rows are over the parameter flattened row-major: g = share Σ_s x_s x_s'. */
  readonly flat: boolean;
  /** T = X̃W [n, m], where the block's caller says that the parameters act through it. */
  readonly outputs: Node | null;
  /** `"diagonal"`: what is made of them is damped along its diagonal, as by `marquardtBlock`. */
  readonly damping?: "diagonal";
}

/** Blocks that do not couple, each over its slices of stacked parameters. */
export interface Copies {
  readonly blocks: readonly Block[];
  /** How many of the columns [d, m] of one are of each parameter. */
  readonly rows: readonly number[];
}

/**
 * A symmetric positive semi-definite matrix over the parameters of one subsystem, in the form in
 * which it is cheap. Parameters are a matrix [d, m], one column per unit.
 */
export interface Block {
  /** "rows", "dense", "kronecker", "eigenbasis", "diagonal", "quasiDiagonal", "sum" or "directSum". */
  readonly kind: string;
  /** The constructor that made it, for `explain`. */
  readonly form: string;
  /** Length of a column. */
  readonly d: number;
  /** Number of columns. */
  readonly m: number;
  /** Rows that it is made of, or null. */
  readonly n: number | null;
  readonly columns: Columns;
  /** Number of distinct matrices: m where each column has its own, else 1; of all copies where it is their direct sum. */
  readonly matrices: number;
  /** Order of each matrix: d, or dm where coupled; those of one copy where it is their direct sum. */
  readonly size: number;
  /** What it is, for `explain`: "80 × [785, 785]". */
  readonly layout: string;
  /** A [d, d] and G [m, m] where g is A ⊗ G, else null. */
  readonly factors: readonly [Node, Node] | null;
  /** Values that a running average keeps in place of the matrices, else null. */
  readonly averagedBy: AveragedBy | null;
  /** The values [d, m] or [d, 1] where g is diagonal, else null. */
  readonly diagonalValues: Node | null;
  /** The rows that it is made of; null where it is not. */
  readonly madeOf: MadeOf | null;
  /** Blocks of copies that it is the direct sum of; null where it is none. */
  readonly copies: Copies | null;
  /** Floats of rows and factors that exist for this block alone; `costs` include them. */
  readonly rowFloats: number;
  /** Whether damping adds λ to the eigenvalues of the matrices; false: the kind has another way. */
  readonly addsDamping: boolean;
  /** g v for v [d, m]. Throws ShapeError. */
  apply(v: Node): Node;
  /** (g + λI)v, or what the kind has in its place, for v [d, m]: what `solve` inverts. Throws ShapeError. */
  damped(v: Node, options?: DampedOptions): Node;
  /** (g + λI)⁻¹ v for v [d, m]. Throws ShapeError, and MetricError for a solver that it has not. */
  solve(v: Node, options?: SolveOptions): Node;
  /**
   * (g + λI)⁻¹X̃'C + (g + λI)⁻¹V for C = ∂L/∂T [n, m], without the gradient X̃'C: all happens in the space of
   * the outputs T = X̃W (see the package's guide for the derivation). `along` is X̃V [n, m]. Null for a block that is not
   * made of x̃_s.
   */
  readonly solveOutputs:
    | ((
        cotangents: Node,
        rest: { readonly v: Node; readonly along: Node } | null,
        options?: SolveOptions,
      ) => Node)
    | null;
  /**
   * The block at one damping by one solver. With a Hold all that is made of the metric is held when it is first
   * needed, so that right sides of later batches take products only; null: nothing is held. Throws MetricError for a
   * solver that it has not.
   */
  prepare(hold: Hold | null, options?: PrepareOptions): DampedSolve;
  /**
   * Rv with RR' = (g + λI)⁻¹, [d, m]: white noise becomes noise of that covariance. R is L⁻ᵀ of
   * LL' = g + λI, λ^-½(I − UL⁻ᵀ(L + √λ I)⁻¹U') of g = UU' and LL' = U'U + λI (Andrews 1968), or
   * what the kind says.
   */
  inverseSqrt(v: Node, options?: DampedOptions): Node;
  /** Traces of the matrices, [matrices]. */
  trace(): Node;
  /** The diagonal of g, [d, m]. */
  diagonal(): Node;
  /** ln det(g + λI) of each matrix, [matrices]. */
  logdet(options?: DampedOptions): Node;
  /** v'gv, []. */
  quadratic(v: Node): Node;
  /**
   * A draw from N(0, g), [d, m]. Of explicit matrices that are singular in rounding it is from
   * N(0, g + λI) with the λ that `cholesky` needs.
   */
  sample(options: RandomOptions): Node;
  /** The matrices, [matrices, size, size]. */
  toMatrices(): Node;
  /** The block over the parameter flattened row-major, [dm, dm]. */
  toDense(): Node;
  /** α g + β base, [matrices, size, size]: a step of a running average. */
  accumulate(base: Node | null, alpha: number, beta: number): Node;
  /** The solver that `solve` takes by default, and what it keeps and does. */
  readonly cost: BlockCost;
  /** Every solver that it has, the preferred first. */
  readonly costs: readonly BlockCost[];
}

/** What solving with a block takes, for choosing and for `explain`. */
export interface BlockCost {
  readonly solver: Solver;
  /** Why this solver, for `explain`. */
  readonly why: string;
  /** Floats that it keeps for one solve, rows made for the block alone among them; how many bytes each takes, a store says. */
  readonly floats: number;
  /** Multiply-adds to build and factor, and to apply to one gradient. */
  readonly build: number;
  readonly apply: number;
  /** The same with other steps or another rank, where these count. */
  readonly tuned?: (effort: SolveEffort) => BlockCost;
}
