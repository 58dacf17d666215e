import type { Expr } from "../expr/expr.ts";
import type { View } from "./view.ts";

/**
 * A step of a plan. These are all kinds of steps; a backend implements each of them.
 *
 * An output must not overlap an input, unless the kind says "in place". In place means that an output may be the identical
 * view. Two views are identical if they have the same shape and strides, and the same elements of a buffer. They may also be the
 * same bytes of the arena, if both elements are equally wide.
 *
 * Sizes may be 0. The elements of an output view are distinct: no stride is 0 on an axis longer than 1.
 *
 * @category For authors of backends
 */
export type Step =
  | MapStep
  | ReduceStep
  | RowsStep
  | ArgReduceStep
  | SortStep
  | MatmulStep
  | ConvolveStep
  | GatherStep
  | ScatterAddStep
  | CopyStep
  | RandomStep
  | GramStep
  | CholeskyStep
  | TriangularSolveStep
  | EighStep
  | LoopStep;

/**
 * A step that is no loop.
 *
 * @category For authors of backends
 */
export type PlainStep = Exclude<Step, LoopStep>;

/**
 * The names of the kinds of steps.
 *
 * @category For authors of backends
 */
export type StepKind = Step["kind"];

/** What steps of all kinds may have. A loop has no `when`. */
interface Labelled {
  /** What the step came from, for people, such as "relu(dense/0)". */
  readonly label: string;
  /** A bool scalar, or none by default. If it is false the step is skipped, and its outputs keep their values. */
  readonly when?: View;
  /** The share of the step's values that serve a metric, in (0, 1]. Without it the step serves no metric. */
  readonly metric?: number;
}

/**
 * Evaluates expressions at every index: `outputs[j][i…] = exprs[j](inputs[0][i…], inputs[1][i…], …)`. In place.
 *
 * @category For authors of backends
 */
export interface MapStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "map";
  /** Sizes per axis of the space of indices. */
  readonly shape: readonly number[];
  /** The arguments of the expressions, each of shape `shape`. An axis that broadcasts has stride 0. */
  readonly inputs: readonly View[];
  /** One expression for each output. Argument k is `inputs[k]`. */
  readonly exprs: readonly Expr[];
  /** The results, each of shape `shape`. The element type is the expression's. */
  readonly outputs: readonly View[];
}

/**
 * The way in which a reduction combines values. Over no values, "sum" is 0, "max" −∞, "min" +∞ and "prod" 1.
 *
 * @category For authors of backends
 */
export type ReduceOp = "sum" | "max" | "min" | "prod";

/**
 * Reduces expressions over some axes: `outputs[j][kept…]` is `ops[j]` over `axes` of `exprs[j](inputs…[i…])`.
 *
 * If one of the values is NaN, max and min are NaN. Sums of f32 are at least as accurate as pairwise summation.
 *
 * @category For authors of backends
 */
export interface ReduceStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "reduce";
  /** Sizes per axis of the space of indices, with the axes that are reduced. */
  readonly shape: readonly number[];
  /** The axes that are reduced, ascending. There may be none. */
  readonly axes: readonly number[];
  /** The arguments of the expressions, each of shape `shape`. */
  readonly inputs: readonly View[];
  /** One expression for each output. Argument k is `inputs[k]`. */
  readonly exprs: readonly Expr[];
  /** How each expression is reduced. */
  readonly ops: readonly ReduceOp[];
  /** The results, each of `shape` without `axes`. */
  readonly outputs: readonly View[];
}

/**
 * A value of a {@link RowsStep}: one number for each element, or one number for each row.
 *
 * @category For authors of backends
 */
export interface RowStage {
  /** "element" for one value per element, "row" for one number per row. */
  readonly per: "element" | "row";
  /**
   * The expression. It may read all arguments before this stage.
   *
   * A number per row that is not reduced may read only numbers per row.
   */
  readonly expr: Expr;
  /** For a number per row: how the expression is reduced over the elements of the row, as in {@link ReduceStep}. */
  readonly op?: ReduceOp;
}

/**
 * Computes several values over the same rows together. A row is the last axes of `shape`.
 *
 * A soft-max has the stages max, exp, sum and a quotient. Stages that only other stages read need no buffer.
 *
 * @category For authors of backends
 */
export interface RowsStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "rows";
  /** Sizes per axis of the space of indices. */
  readonly shape: readonly number[];
  /** The number of last axes that make a row, at least 1. */
  readonly rowAxes: number;
  /**
   * Arguments 0, 1, … of the expressions.
   *
   * Each has the shape `shape`, or `shape` without a row's axes for a number per row.
   */
  readonly inputs: readonly View[];
  /** The next arguments. Each may read the arguments before it. */
  readonly stages: readonly RowStage[];
  /** For each output, the stage that it receives. */
  readonly results: readonly number[];
  /** The results. Each has the shape `shape`, or `shape` without a row's axes for a number per row. */
  readonly outputs: readonly View[];
}

/**
 * Finds the first largest or smallest element of the last axis: output[i…] is its position in input[i…, :]. A NaN wins.
 *
 * @category For authors of backends
 */
export interface ArgReduceStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "argReduce";
  /** Whether the largest or the smallest element is wanted. */
  readonly op: "max" | "min";
  /** The values, [i…, n]. */
  readonly input: View;
  /** The positions, [i…], i32. */
  readonly output: View;
}

/**
 * The numbers of axes that the rows, the sum and the columns of a product have.
 *
 * @category For authors of backends
 */
export interface MatmulGroups {
  /** The number of axes of the left operand that the result has too. */
  readonly rows: number;
  /** The number of axes over which the product sums. */
  readonly inner: number;
  /** The number of axes of the right operand that the result has too. */
  readonly columns: number;
}

/**
 * Sorts along the last axis: output[i…, :] has the positions of the elements of input[i…, :], in order.
 *
 * Of equal elements the first one comes first. A NaN is above every number, and −0 equals 0.
 *
 * @category For authors of backends
 */
export interface SortStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "sort";
  /** The values, [i…, n], of any element type. */
  readonly input: View;
  /** Whether the largest element comes first. Otherwise the smallest one does. */
  readonly descending: boolean;
  /** The positions, [i…, n], i32. */
  readonly output: View;
}

/**
 * Multiplies: product[b…, m…, n…] = Σ a[b…, m…, k…] · b[b…, k…, n…].
 *
 * Strides express transposes, and batch axes may have stride 0. Rows, sum and columns have one axis each, or as many as `groups`
 * says. Elements of windows may overlap, so a convolution and its gradients are products too.
 *
 * Without an epilogue the output is the product. With one, `outputs[j] = exprs[j](product, inputs…)`.
 *
 * @category For authors of backends
 */
export interface MatmulStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "matmul";
  /** The left operand, [b…, m…, k…]. */
  readonly a: View;
  /** The right operand, [b…, k…, n…]. */
  readonly b: View;
  /** The numbers of axes; one each by default. */
  readonly groups?: MatmulGroups;
  /**
   * Expressions of the product, or none by default. Argument 0 is the product, and argument k + 1 is `inputs[k]`.
   *
   * Each input has the product's shape. In place.
   */
  readonly epilogue?: { readonly inputs: readonly View[]; readonly exprs: readonly Expr[] };
  /** The results, each of the product's shape. */
  readonly outputs: readonly View[];
}

/**
 * Convolves: output[n…, r, p…] = Σ a[n…, r, i, t…] · b[n…, i, p + shift − dilation·t…], summed over i and t….
 *
 * Each axis that is convolved over has one p, t, shift and dilation. Beyond its ends b counts as zero, so nothing has to be
 * copied into zeros first. A backend may leave those terms out. Batch axes may have stride 0.
 *
 * @category For authors of backends
 */
export interface ConvolveStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "convolve";
  /** The weights, [n…, r, i, t…]. */
  readonly a: View;
  /** The values, [n…, i, q…]. */
  readonly b: View;
  /** For each axis, the place of b that meets tap 0 at place 0. Any integer. */
  readonly shift: readonly number[];
  /** For each axis, the number of places of b from one tap to the next. Positive. */
  readonly dilation: readonly number[];
  /** The result, [n…, r, p…]. */
  readonly output: View;
}

/**
 * Takes rows by index: output[i…, r…] = source[indices[i…], r…], converted to the output's type.
 *
 * An index beyond the ends becomes the nearest row.
 *
 * @category For authors of backends
 */
export interface GatherStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "gather";
  /** The rows, [N, r…], of any element type, N ≥ 1. */
  readonly source: View;
  /** The indices, [i…], i32. */
  readonly indices: View;
  /** The chosen rows, [i…, r…]. */
  readonly output: View;
}

/**
 * Adds rows by index. The output begins with zeros; then output[indices[i…], r…] += updates[i…, r…], in the order of i.
 *
 * An index beyond the ends becomes the nearest row.
 *
 * @category For authors of backends
 */
export interface ScatterAddStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "scatterAdd";
  /** The indices, [i…], i32. */
  readonly indices: View;
  /** The rows to add, [i…, r…], of the output's type. */
  readonly updates: View;
  /** The sums, [N, r…]. */
  readonly output: View;
}

/**
 * Copies a view to another view of the same shape and type.
 *
 * @category For authors of backends
 */
export interface CopyStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "copy";
  /** The view that is read. */
  readonly input: View;
  /** The view that is written. */
  readonly output: View;
}

/**
 * Writes random words: word i, with i in row-major order, is word i mod 2 of Threefry-2x32 with 20 rounds.
 *
 * The key is (key, state[0]), and the counter is (⌊i/2⌋, state[1]). See {@link threefry2x32}.
 *
 * @category For authors of backends
 */
export interface RandomStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "random";
  /** The first word of the key, an unsigned 32-bit integer: the hash of a path. */
  readonly key: number;
  /** The seed and the draw's counter, [2], u32. */
  readonly state: View;
  /** The words, u32, of any shape. */
  readonly output: View;
}

/**
 * Sums outer products of rows: output = alpha · Σᵢ ν[b…, i] x[b…, i, :] x[b…, i, :]' + beta · base. In place on `base`.
 *
 * @category For authors of backends
 */
export interface GramStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "gram";
  /** The rows, [b…, n, d]. Batch axes may have stride 0. */
  readonly x: View;
  /** The weights of the rows, [b…, n]; null means that all are 1. */
  readonly nu: View | null;
  /** A symmetric matrix that is added, [b…, d, d]; null means none. */
  readonly base: View | null;
  /** The factor of the sum. */
  readonly alpha: number;
  /** The factor of `base`. */
  readonly beta: number;
  /** The symmetric result, [b…, d, d]. */
  readonly output: View;
}

/**
 * Factorises a + λI = LL'. The output is L, lower triangular, with zeros above the diagonal.
 *
 * Only the lower triangle of a is read. λ starts at `shift`. If a pivot is not positive and finite, λ becomes 10λ, at most six
 * times. If λ was 0, it becomes ε·tr(a)/d, or ε where the trace is not positive; ε is 1e-7 in f32 and 1e-14 in f64. If that does
 * not help, the matrix and its λ are NaN. Not in place.
 *
 * @category For authors of backends
 */
export interface CholeskyStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "cholesky";
  /** The matrices, [b…, d, d]. */
  readonly a: View;
  /** The first λ of each matrix, [b…]; null means 0. */
  readonly shift: View | null;
  /** The factors L, [b…, d, d]. */
  readonly output: View;
  /** Receives the last λ of each matrix, [b…]; null if it is not wanted. */
  readonly used: View | null;
}

/**
 * Solves triangular systems: output = L⁻¹ rhs, or L'⁻¹ rhs with `transpose`. In place on `rhs`.
 *
 * @category For authors of backends
 */
export interface TriangularSolveStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "triangularSolve";
  /** The lower triangular matrices L, [b…, d, d]. */
  readonly l: View;
  /** The right-hand sides, [b…, d, k]. */
  readonly rhs: View;
  /** Whether to solve with the transpose of L. */
  readonly transpose: boolean;
  /** The solutions, [b…, d, k]. */
  readonly output: View;
}

/**
 * Finds the eigenvectors and eigenvalues of symmetric matrices: a = V diag(λ) V'.
 *
 * Only the lower triangle of a is read. The columns of V are orthonormal; in each column the entry of the largest magnitude is
 * positive. A matrix that is not finite gives NaN only. Not in place.
 *
 * @category For authors of backends
 */
export interface EighStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "eigh";
  /** The symmetric matrices, [b…, d, d]. */
  readonly a: View;
  /** The eigenvectors V as columns, [b…, d, d]. */
  readonly output: View;
  /** Receives the eigenvalues λ, ascending, [b…, d]; null if they are not wanted. */
  readonly values: View | null;
}

/**
 * Runs the steps of its body in order, `turns` times. Loops may be in loops.
 *
 * In turn t the views of the body are t·advance elements further on. What a turn leaves in a buffer the next turn finds there;
 * that is how values are carried from turn to turn. A turn may write where a later turn reads.
 *
 * @category For authors of backends
 */
export interface LoopStep extends Labelled {
  /** The kind of the step. */
  readonly kind: "loop";
  /** Always absent: a loop has no condition. The steps of its body may have one each. */
  readonly when?: never;
  /** The number of turns, at least 1. */
  readonly turns: number;
  /** The steps of one turn. */
  readonly body: readonly Step[];
}
