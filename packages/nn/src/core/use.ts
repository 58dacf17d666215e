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

/** T = X̃W: every row of outputs is a linear function of the parameters. */
export interface AffineUse {
  readonly kind: "affine";
  /** W [d, m], or [m, d] where transposed; and the bias [m] where that is a parameter of its own. */
  readonly parameters: readonly [w: Variable] | readonly [w: Variable, bias: Variable];
  /** x [rows, d], or [rows, d − 1] where the last row of the columns [d, m] is a bias. */
  readonly rows: Node;
  /** Whether x̃ is (x, 1). */
  readonly bias: boolean;
  /** T, rows·m elements, as it is on the way to the loss, a bias included. */
  readonly outputs: Node;
  /** T without a bias that is a parameter of its own, [rows, m]. */
  readonly product: Node;
  /** T = XW': the columns are those of the transposed parameter. */
  readonly transposed: boolean;
}

/** h = γ∘x̂ + β per feature. */
export interface ScaleUse {
  readonly kind: "scale";
  /** Those of γ and β that there are, of one shape. */
  readonly parameters: readonly Variable[];
  readonly scale: Variable | null;
  readonly shift: Variable | null;
  /** x̂ [rows, features]; null where there is no γ. */
  readonly rows: Node | null;
  /** h, rows·features elements, as it is on the way to the loss. */
  readonly outputs: Node;
  /** How many axes of h are behind the features; 0 where they are last, 2 for the channels of [n, c, h, w]. */
  readonly behind: number;
}

/** Rows of a table [V, …] by index. */
export interface LookupUse {
  readonly kind: "lookup";
  readonly parameters: readonly [table: Variable];
  /** i32, one per row. */
  readonly indices: Node;
  /** bool, shaped like the indices: which rows count, where padding is left out; null: all. */
  readonly kept: Node | null;
  readonly outputs: Node;
}

/** T = X̃W by groups of columns, each with rows of its own, as in convolutions with groups. */
export interface GroupedUse {
  readonly kind: "grouped";
  /** W [d, m], whose columns belong to the groups in order, m/groups each. */
  readonly parameters: readonly [w: Variable];
  /** x [rows, groups, d], or [rows, groups, d − 1] where the last row of W is a bias. */
  readonly rows: Node;
  readonly bias: boolean;
  /** T [rows, m]. */
  readonly outputs: Node;
}

/** A parameter that acts in another way. */
export interface FreeUse {
  readonly kind: "free";
  readonly parameters: readonly [Variable];
}

/** How one copy of stacked parameters acts. */
export interface CopyUse {
  /** A use whose parameters are the copy's slices of the stacked ones. */
  readonly use: (AffineUse | ScaleUse | LookupUse) & Pick<Use, "consumers">;
  /** f(T) where the module in the copy responds with an activation of the use's outputs, else these. */
  readonly response: Node;
}

/**
 * Parameters [copies, …], of which every turn of a loop reads a slice: each copy acts for itself, as the layers of
 * `repeat` do.
 */
export interface CopiesUse {
  readonly kind: "copies";
  /** [copies, …] each. */
  readonly parameters: readonly Variable[];
  /** In the order of the slices; all of one kind. */
  readonly each: readonly CopyUse[];
  /** Outputs of all copies, [copies, …], for derivatives by them: those of one copy are a slice of it. */
  readonly stack: Node;
}

/** How parameters act in one application of a module. */
export type Use = (AffineUse | ScaleUse | LookupUse | GroupedUse | FreeUse | CopiesUse) & {
  /** The nodes that read the parameters in this use, with the position of the parameter. */
  readonly consumers: readonly Edge[];
  /**
   * Whether it is in a loop: rows and outputs are those of all turns, [turns·rows, …]. Later turns may read what
   * earlier ones made, so moving the parameters in the loop moves rows too.
   */
  readonly looped: boolean;
  /** In a loop: f(T) of all turns where the module in the cell responds with an activation of the outputs; else null. */
  readonly activated: Node | null;
};

/** A use without what is known of loops. */
export type PlainUse = (AffineUse | ScaleUse | LookupUse | GroupedUse | FreeUse) &
  Pick<Use, "consumers">;

/** A value [n, …, f…, …] as rows [rows, features]. */
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

/** Rows [rows, features] as a value [n, …, f…, …] of a shape. */
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
 * What a use makes of its rows as they are when its parameters move: outputs are linear in them.
 * @param use a use that a loop can have
 * @param moves by parameter, of its shape
 * @returns a value like the outputs
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

/** T [rows, m] or h [rows, features] of a use, for values; gradients are taken of `outputs` itself. */
export function outputRows(use: AffineUse | ScaleUse): Node {
  const [w] = use.parameters as readonly [Variable];
  if (use.kind === "scale") return featuresLast(use.outputs, w, use.behind);
  const { outputs, transposed } = use;
  const m = (transposed ? w.shape[0] : w.shape[1]) as number;
  return outputs.shape.length === 2 ? outputs : reshape(outputs, [-1, m]);
}

/**
 * Rows of all positions of a sample added up: [n, d] of [n·T, d]. Row r belongs to sample ⌊r/inner⌋ mod n; by default
 * the rows of a sample lie together.
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

/** The columns [d, m] of the parameters of a use, as values: W, or W' where transposed. */
export function columnsOf({ parameters: [w], transposed }: AffineUse): Node {
  return transposed ? transpose(w) : w;
}
