import type { Expr } from "../expr/expr.ts";
import type { View } from "./view.ts";

/**
 * The closed set of step kinds, all that a backend implements.
 *
 * Unless a kind says otherwise an output does not overlap any input, except that an output view
 * may be identical (shape, strides, and the same elements of one buffer, or the same bytes of the
 * arena in lanes of equal width) to an input view where "in place" is stated.
 * Iteration sizes may be 0. Elements of an output view are distinct (no stride 0 over size > 1).
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

/** A step that is no loop. */
export type PlainStep = Exclude<Step, LoopStep>;

/** Names of the step kinds. */
export type StepKind = Step["kind"];

interface Labelled {
  /** What the step came from, for people: "relu(dense/0)". */
  readonly label: string;
  /** A bool scalar: where it is false the step is skipped and its outputs keep what they hold. */
  readonly when?: View;
  /** The share of its work that is on a metric, in (0, 1]: of the values that it computes; none by default. */
  readonly metric?: number;
}

/** `outputs[j][i…] = exprs[j](inputs[0][i…], inputs[1][i…], …)` over `shape`; in place. */
export interface MapStep extends Labelled {
  readonly kind: "map";
  readonly shape: readonly number[];
  /** Each has shape `shape` (stride 0 where it broadcasts). Argument k of the expressions. */
  readonly inputs: readonly View[];
  readonly exprs: readonly Expr[];
  /** As many as `exprs`, each of shape `shape`; the element type is the expression's. */
  readonly outputs: readonly View[];
}

/** How a reduction combines; its value over nothing is 0, −∞, +∞ or 1. */
export type ReduceOp = "sum" | "max" | "min" | "prod";

/**
 * `outputs[j][kept…] = ops[j]` over `axes` of `exprs[j](inputs…[i…])`.
 * A NaN anywhere makes max and min NaN. Sums are pairwise or better in float32.
 */
export interface ReduceStep extends Labelled {
  readonly kind: "reduce";
  /** The whole iteration space. */
  readonly shape: readonly number[];
  /** Reduced axes, ascending; may be empty. */
  readonly axes: readonly number[];
  readonly inputs: readonly View[];
  readonly exprs: readonly Expr[];
  readonly ops: readonly ReduceOp[];
  /** Each of the shape that is left without `axes`. */
  readonly outputs: readonly View[];
}

/** A value of `RowsStep`: one for each element, or one number for each row. */
export interface RowStage {
  readonly per: "element" | "row";
  /** Of all arguments before it; of numbers per row alone where it is one of them and nothing is reduced. */
  readonly expr: Expr;
  /** For a number per row: how the expression is reduced over the elements of the row, as in `ReduceStep`. */
  readonly op?: ReduceOp;
}

/**
 * Values over the same rows, which are the last axes of `shape`, computed together: a soft-max is the stages max, exp, sum and
 * a quotient. What only other stages read is in no buffer.
 */
export interface RowsStep extends Labelled {
  readonly kind: "rows";
  /** The whole iteration space. */
  readonly shape: readonly number[];
  /** How many of the last axes a row has, at least 1. */
  readonly rowAxes: number;
  /** Arguments 0, 1, … of the expressions: of `shape`, or without the axes of rows for a number per row. */
  readonly inputs: readonly View[];
  /** The next arguments; each may use those before it. */
  readonly stages: readonly RowStage[];
  /** The stage that each output has. */
  readonly results: readonly number[];
  /** Of `shape`, or without the axes of rows for a number per row. */
  readonly outputs: readonly View[];
}

/** output[i…] (i32) = position of the first extreme of input[i…, :]; a NaN counts as extreme. */
export interface ArgReduceStep extends Labelled {
  readonly kind: "argReduce";
  readonly op: "max" | "min";
  readonly input: View;
  readonly output: View;
}

/** How many axes the rows, the sum and the columns of a product have. */
export interface MatmulGroups {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/**
 * output[i…, :] (i32) = the positions of input[i…, :] in ascending order, or in descending order; of
 * equal elements the first one comes first. A NaN is above every number, and −0 equals 0.
 */
export interface SortStep extends Labelled {
  readonly kind: "sort";
  /** [i…, n], of any element type. */
  readonly input: View;
  readonly descending: boolean;
  readonly output: View;
}

/**
 * product[b…,m…,n…] = Σ a[b…,m…,k…] · b[b…,k…,n…]; transposes are strides, batch axes may have stride 0.
 * Rows, sum and columns have one axis each, or as many as `groups` says: elements of windows may overlap,
 * so a convolution and its gradients are products.
 * With an epilogue, `outputs[j] = exprs[j](product, inputs…)` instead; without one, outputs is
 * `[product]`.
 */
export interface MatmulStep extends Labelled {
  readonly kind: "matmul";
  readonly a: View;
  readonly b: View;
  /** One axis each by default. */
  readonly groups?: MatmulGroups;
  /** Argument 0 is the product, argument k+1 is inputs[k], each of the product's shape; in place. */
  readonly epilogue?: { readonly inputs: readonly View[]; readonly exprs: readonly Expr[] };
  readonly outputs: readonly View[];
}

/**
 * output[n…, r, p…] = Σ a[n…, r, i, t…] · b[n…, i, p + shift − dilation·t…] over i and t…, with one p, t, shift and
 * dilation for each axis that is convolved over. Beyond its ends b is zero: backends decide whether they leave those
 * terms out, so that nothing has to be copied into zeros before. Batch axes may have stride 0.
 */
export interface ConvolveStep extends Labelled {
  readonly kind: "convolve";
  /** [n…, r, i, t…] */
  readonly a: View;
  /** [n…, i, q…] */
  readonly b: View;
  /** Where in b place 0 meets tap 0; any integers. */
  readonly shift: readonly number[];
  /** Places of b from one tap to the next, positive. */
  readonly dilation: readonly number[];
  /** [n…, r, p…] */
  readonly output: View;
}

/** output[i…, r…] = source[indices[i…], r…], converted to the output's type; indices are clamped. */
export interface GatherStep extends Labelled {
  readonly kind: "gather";
  /** [N, r…], of any element type, N ≥ 1. */
  readonly source: View;
  /** [i…], i32. */
  readonly indices: View;
  readonly output: View;
}

/** output[N, r…] = 0, then output[indices[i…], r…] += updates[i…, r…], in order of i; clamped. */
export interface ScatterAddStep extends Labelled {
  readonly kind: "scatterAdd";
  readonly indices: View;
  readonly updates: View;
  readonly output: View;
}

/** output = input, same shape and type. */
export interface CopyStep extends Labelled {
  readonly kind: "copy";
  readonly input: View;
  readonly output: View;
}

/**
 * output[i] (u32, i row-major) = word i mod 2 of Threefry-2x32-20 with key (key, state[0]) and
 * counter (⌊i/2⌋, state[1]).
 */
export interface RandomStep extends Labelled {
  readonly kind: "random";
  /** A 32-bit key, the hash of a path. */
  readonly key: number;
  /** [2], u32: the seed and the draw's counter. */
  readonly state: View;
  readonly output: View;
}

/** output[b…,d,d] = alpha Σᵢ ν[b…,i] x[b…,i,:] x[b…,i,:]' + beta base; symmetric; base in place. */
export interface GramStep extends Labelled {
  readonly kind: "gram";
  /** [b…, n, d]; batch axes may have stride 0. */
  readonly x: View;
  /** [b…, n]; all ones when null. */
  readonly nu: View | null;
  /** [b…, d, d], symmetric; none when null. */
  readonly base: View | null;
  readonly alpha: number;
  readonly beta: number;
  readonly output: View;
}

/**
 * output[b…,d,d] = lower L with LL' = a + λI, zeros above the diagonal; reads a's lower triangle.
 * λ starts at shift (0 when null). Where a pivot is not positive and finite, λ becomes 10λ (from 0:
 * ε·tr(a)/d, or ε where the trace is not positive, ε = 1e-7 in f32, 1e-14 in f64), at most 6 times;
 * then that matrix and its λ are NaN. `used` receives the λ of each matrix. In place on `a`: no.
 */
export interface CholeskyStep extends Labelled {
  readonly kind: "cholesky";
  readonly a: View;
  /** [b…]. */
  readonly shift: View | null;
  readonly output: View;
  /** [b…]. */
  readonly used: View | null;
}

/** output = L⁻¹ rhs, or L'⁻¹ rhs with `transpose`; l [b…,d,d] lower, rhs [b…,d,k]; rhs in place. */
export interface TriangularSolveStep extends Labelled {
  readonly kind: "triangularSolve";
  readonly l: View;
  readonly rhs: View;
  readonly transpose: boolean;
  readonly output: View;
}

/**
 * a = V diag(λ) V': output[b…,d,d] = V with orthonormal columns, values[b…,d] = λ ascending; reads a's
 * lower triangle. The entry of the largest magnitude in each column is positive. A matrix that is
 * not finite has NaN only. In place on `a`: no.
 */
export interface EighStep extends Labelled {
  readonly kind: "eigh";
  readonly a: View;
  readonly output: View;
  /** [b…, d]. */
  readonly values: View | null;
}

/**
 * Runs `body` in order, `turns` times. In turn t the views of the body's steps are t·advance elements further
 * on. What a turn leaves in a buffer the next turn finds there, which is how values are carried; a step of a turn
 * may write where a later turn reads. Loops may be in loops.
 */
export interface LoopStep extends Labelled {
  readonly kind: "loop";
  readonly turns: number;
  readonly body: readonly Step[];
}
