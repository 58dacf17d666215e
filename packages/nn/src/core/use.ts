import {
  add,
  affine,
  gather,
  matmul,
  mul,
  type Node,
  reshape,
  sum,
  transpose,
  type Variable,
  where,
} from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import type { Edge } from "./useSite.ts";

/**
 * The use T = X̃W: every row of the outputs is a linear function of the parameters. X̃ are the rows x̃, with or without a
 * last element 1.
 *
 * @category Metrics: own metrics
 */
export interface AffineUse {
  /** The kind of the use. */
  readonly kind: "affine";
  /** The weight W, [d, m], or [m, d] if `transposed`. A bias [m] is the second member if it is a parameter of its own. */
  readonly parameters: readonly [w: Variable] | readonly [w: Variable, bias: Variable];
  /** The rows x, [rows, d], or [rows, d − 1] if the last row of W is the bias. */
  readonly rows: Node;
  /** Whether x̃ is (x, 1). The bias is then the last row of W or a parameter of its own. */
  readonly bias: boolean;
  /** T with its bias, rows·m elements, in the shape that the graph reads on the way to the loss. */
  readonly outputs: Node;
  /** T without a bias that is a parameter of its own, [rows, m]. */
  readonly product: Node;
  /** Whether T = XW'. The columns are then the columns of the transposed parameter. */
  readonly transposed: boolean;
}

/**
 * The use h = γ∘x̂ + β per feature.
 *
 * @category Metrics: own metrics
 */
export interface ScaleUse {
  /** The kind of the use. */
  readonly kind: "scale";
  /** γ and β, or the one of them that is present; both have one shape. */
  readonly parameters: readonly Variable[];
  /** The parameter γ; null if there is none. */
  readonly scale: Variable | null;
  /** The parameter β; null if there is none. */
  readonly shift: Variable | null;
  /** The rows x̂, [rows, features]; null if there is no γ. */
  readonly rows: Node | null;
  /** h, rows·features elements, in the shape that the graph reads on the way to the loss. */
  readonly outputs: Node;
  /** The number of axes of h behind the features: 0 if the features are last, 2 for the channels of [n, c, h, w]. */
  readonly behind: number;
}

/**
 * The use of a table [V, …] whose rows are read by index.
 *
 * @category Metrics: own metrics
 */
export interface LookupUse {
  /** The kind of the use. */
  readonly kind: "lookup";
  /** The table, [V, …]. */
  readonly parameters: readonly [table: Variable];
  /** The indices, i32, one per row of the outputs. */
  readonly indices: Node;
  /** Which rows count if padding is left out, bool, of the shape of the indices; null if all count. */
  readonly kept: Node | null;
  /** The rows that were read, as the graph reads them on the way to the loss. Rows of padding are replaced. */
  readonly outputs: Node;
}

/**
 * The use T = X̃W by groups of columns, each with rows of its own, as in convolutions with groups.
 *
 * @category Metrics: own metrics
 */
export interface GroupedUse {
  /** The kind of the use. */
  readonly kind: "grouped";
  /** The weight W, [d, m]. Its columns belong to the groups in order, m/groups columns for each group. */
  readonly parameters: readonly [w: Variable];
  /** The rows x, [rows, groups, d], or [rows, groups, d − 1] if the last row of W is a bias. */
  readonly rows: Node;
  /** Whether the last row of W is a bias. */
  readonly bias: boolean;
  /** T, [rows, m]. */
  readonly outputs: Node;
}

/**
 * The use of a parameter that acts in another way.
 *
 * @category Metrics: own metrics
 */
export interface FreeUse {
  /** The kind of the use. */
  readonly kind: "free";
  /** The parameter. */
  readonly parameters: readonly [Variable];
}

/**
 * The use of one copy of stacked parameters.
 *
 * @category Metrics: own metrics
 */
export interface CopyUse {
  /** A use whose parameters are the copy's slices of the stacked parameters. */
  readonly use: (AffineUse | ScaleUse | LookupUse) & Pick<Use, "consumers">;
  /** f(T) if the response of the module in the copy is an activation f of the outputs T; else T. */
  readonly response: Node;
}

/**
 * The use of parameters [copies, …] of which every turn of a loop reads one slice. Each copy acts for itself, as the layers
 * of `repeat` do.
 *
 * @category Metrics: own metrics
 */
export interface CopiesUse {
  /** The kind of the use. */
  readonly kind: "copies";
  /** The stacked parameters, [copies, …] each. */
  readonly parameters: readonly Variable[];
  /** The uses of the copies in the order of the slices; all are of one kind. */
  readonly each: readonly CopyUse[];
  /** The outputs of all copies, [copies, …], for derivatives by them. The outputs of one copy are a slice of it. */
  readonly stack: Node;
}

/**
 * How parameters act in one application of a module.
 *
 * @category Metrics: own metrics
 */
export type Use = (AffineUse | ScaleUse | LookupUse | GroupedUse | FreeUse | CopiesUse) & {
  /** The nodes that read the parameters in this use, with the position of the parameter among their inputs. */
  readonly consumers: readonly Edge[];
  /**
   * Whether the use is in a loop. Its rows and outputs are then those of all turns, [turns·rows, …]. Later turns may read
   * values of earlier turns, so a move of the parameters moves rows too.
   */
  readonly looped: boolean;
  /** f(T) of all turns if the module in the cell of a loop responds with an activation f of the outputs T; else null. */
  readonly activated: Node | null;
};

/** A use without its facts about loops. */
export type PlainUse = (AffineUse | ScaleUse | LookupUse | GroupedUse | FreeUse) &
  Pick<Use, "consumers">;

/** Returns a value [n, …, f…, …] as rows [rows, features]. */
export function featuresLast(value: Node, { shape }: Variable, behind: number): Node {
  const rank = value.shape.length;
  const begin = rank - behind - shape.length;
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const moved = [
    ...axes.slice(0, begin),
    ...axes.slice(rank - behind),
    ...axes.slice(begin, rank - behind),
  ];
  return reshape(behind === 0 ? value : transpose(value, moved), [-1, sizeOf(shape)]);
}

/** Returns rows [rows, features] as a value [n, …, f…, …] of a shape. */
function featuresBack(
  rows: Node,
  { shape }: Variable,
  behind: number,
  whole: readonly number[],
): Node {
  if (behind === 0) return reshape(rows, whole);
  const begin = whole.length - behind - shape.length;
  const moved = [...whole.slice(0, begin), ...whole.slice(begin + shape.length), ...shape];
  const axes = Array.from({ length: whole.length }, (_, axis) => axis);
  const back = [
    ...axes.slice(0, begin),
    ...axes.slice(whole.length - shape.length),
    ...axes.slice(begin, whole.length - shape.length),
  ];
  return transpose(reshape(rows, moved), back);
}

/**
 * Returns the outputs of a use after a move of its parameters, for the same rows.
 *
 * The outputs are linear in the parameters, so the result is exact.
 *
 * @param use - A use that a loop can have.
 * @param moves - The change of each parameter, of its shape. Parameters without an entry do not move.
 * @returns The moved outputs, of the shape of the outputs.
 * @throws {@link ShapeError} if a change does not fit its parameter.
 * @category Metrics: own metrics
 */
export function movedOutputs(
  use: AffineUse | ScaleUse | LookupUse,
  moves: ReadonlyMap<Variable, Node>,
): Node {
  const { outputs } = use;
  const moveOf = (one: Variable | null | undefined) => (one && moves.get(one)) ?? null;
  const plus = (value: Node, change: Node | null) => (change === null ? value : add(value, change));
  if (use.kind === "affine") {
    const [w, bias] = use.parameters;
    const move = moveOf(w);
    const turned = { transposeB: use.transposed };
    const change =
      move &&
      (use.bias && bias === undefined ? affine(use.rows, move) : matmul(use.rows, move, turned));
    const moved = plus(outputs, change && reshape(change, outputs.shape));
    return plus(moved, moveOf(bias));
  }
  if (use.kind === "lookup") {
    const { indices, kept } = use;
    const move = moveOf(use.parameters[0]);
    if (move === null) return outputs;
    const rows = gather(move, indices);
    const shape = [...indices.shape, ...rows.shape.slice(indices.shape.length).map(() => 1)];
    return add(outputs, kept === null ? rows : where(reshape(kept, shape), rows, 0));
  }
  const [like] = use.parameters as readonly [Variable];
  const flat = (one: Node) => reshape(one, [1, sizeOf(like.shape)]);
  const scale = moveOf(use.scale);
  const shift = moveOf(use.shift);
  const scaled = scale && use.rows && mul(use.rows, flat(scale));
  const none = mul(outputRows(use), 0);
  const change = plus(plus(none, scaled), shift && flat(shift));
  return add(outputs, featuresBack(change, like, use.behind, outputs.shape));
}

/**
 * Returns the outputs of a use as rows.
 *
 * Take the rows for values. Take gradients by `outputs` itself.
 *
 * @param use - The use.
 * @returns T as [rows, m], or h as [rows, features].
 * @nothrow
 * @category Metrics: own metrics
 */
export function outputRows(use: AffineUse | ScaleUse): Node {
  const [w] = use.parameters as readonly [Variable];
  if (use.kind === "scale") return featuresLast(use.outputs, w, use.behind);
  const { outputs, transposed } = use;
  const m = (transposed ? w.shape[0] : w.shape[1]) as number;
  return outputs.shape.length === 2 ? outputs : reshape(outputs, [-1, m]);
}

/**
 * Adds up the rows that belong to one sample.
 *
 * Row r belongs to sample ⌊r/inner⌋ mod n. By default the rows of a sample lie together.
 *
 * @param rows - The rows, [n·T, …].
 * @param samples - The number n of samples.
 * @param inner - How many rows of a sample lie together; all of them by default.
 * @returns The sums, [n, …].
 * @throws {@link ShapeError} if the number of rows is not a multiple of `samples` times `inner`.
 * @category Metrics: own metrics
 */
export function sampleSums(
  rows: Node,
  samples: number,
  inner: number = (rows.shape[0] ?? 0) / samples,
): Node {
  const [all = 0, ...rest] = rows.shape;
  if (all === samples) return rows;
  const outer = all / (samples * inner);
  return sum(reshape(rows, [outer, samples, inner, ...rest]), { axis: [0, 2] });
}

/**
 * Returns the columns of the parameters of an affine use, as values.
 *
 * @param use - The affine use.
 * @returns W, or W' if the use is transposed, [d, m]. A bias that is a parameter of its own is left out.
 * @nothrow
 * @category Metrics: own metrics
 */
export function columnsOf({ parameters: [w], transposed }: AffineUse): Node {
  return transposed ? transpose(w) : w;
}
