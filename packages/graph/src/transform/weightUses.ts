import { sizeOf, type View } from "@metrigrad/tensor";
import { equalNodes } from "../compile/pool.ts";
import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { topological } from "../core/topology.ts";
import { affineOp } from "../ops/affine.ts";
import { broadcastTo, broadcastToOp } from "../ops/broadcastTo.ts";
import { eye } from "../ops/eye.ts";
import { matmulOp } from "../ops/matmul.ts";
import { moveAxis } from "../ops/moveAxis.ts";
import { reshape } from "../ops/reshape.ts";
import { transpose } from "../ops/transpose.ts";
import { addTerms } from "./addTerms.ts";
import { rowsAt } from "./sampleMeetings.ts";
import type { JacobianRowsOptions } from "./sampleUses.ts";
import { type SampleUse, sampleUses } from "./sampleUses.ts";
import { viewWithin } from "./viewWithin.ts";

/**
 * A product T = XV with a part V [p, q] of a weight W [d, m], or with a part of W'.
 *
 * The gradient with respect to the part is X'Ḡ, or the transpose of that.
 *
 * @category Graph: derivatives
 */
export interface WeightUse {
  /** The rows X, [rows, p]. With a bias this is X̃ without its column of ones, [rows, p − 1]. */
  readonly inputs: Node;
  /** Which rows belong to which sample: row i belongs to sample ⌊i/inner⌋ mod n. */
  readonly inner: number;
  /** Whether the product is with X̃ = (X, 1), which has a column of ones. */
  readonly bias: boolean;
  /** The cotangents of T for each column, [r, rows, q]. */
  readonly cotangents: Node;
  /** Whether X is multiplied by a part of W'. */
  readonly transposed: boolean;
  /** The row and the column of W at which the part begins. */
  readonly begin: readonly [row: number, column: number];
}

/**
 * Options of {@link weightUses}.
 *
 * @category Graph: derivatives
 */
export interface WeightUsesOptions extends JacobianRowsOptions {
  /** The number of samples n. */
  readonly samples: number;
  /** Cotangents of the value, [r, ...value]. */
  readonly columns: Node;
  /** Returns the error for a weight that acts on samples in another way. */
  readonly other: (node: Node, weight: Node) => Error;
}

/**
 * Finds every use of some weights on the way to a value, sample by sample.
 *
 * A use is a product of a part of a weight with values that depend on samples. An element-wise op with rows of a weight counts as
 * a product with unit vectors; this occurs in derivatives of a first layer with respect to its inputs. Equal products on the same
 * rows are one use.
 *
 * @param where - The function that messages name.
 * @param value - The value, [n, …], with the samples on its first axis.
 * @param weights - The weights W, each [d, m].
 * @param options - The nodes that have the samples, and the cotangents.
 * @returns The uses of each weight. The list is empty if the weight does not reach the value.
 * @throws {@link GraphError} if an element depends on several samples.
 *   Also if a weight and the samples meet in an op that has no rule for it.
 * @throws {@link ShapeError} if the value does not have equally many rows for each sample, or if `columns` have a wrong shape.
 * @throws Error the error that `other` returns, if a weight acts on samples in another way.
 * @category Graph: derivatives
 */
export function weightUses(
  where: string,
  value: Node,
  weights: readonly Node[],
  options: WeightUsesOptions,
): ReadonlyMap<Node, readonly WeightUse[]> {
  const { samples, other } = options;
  const found = new Map<Node, WeightUse[]>(weights.map((weight) => [weight, []]));
  for (const use of sampleUses(where, value, weights, options).uses) {
    const { base: weight, view } = viewWithin(use.value);
    const own = found.get(weight);
    const matrix = own !== undefined && weight.shape.length === 2;
    const made = matrix ? useOf(use, weight, view, { where, samples }) : null;
    if (made === null) throw other(use.node, behind(use.value, weights));
    own?.push(made);
  }
  const same = equalNodes([...found.values()].flatMap((uses) => uses.map(({ inputs }) => inputs)));
  return new Map([...found].map(([weight, uses]) => [weight, together(uses, same)] as const));
}

/**
 * Joins uses of the same part on the same rows into one, and adds up their cotangents.
 *
 * So a model that is applied twice to the same points is used once.
 */
function together(uses: readonly WeightUse[], same: ReadonlyMap<Node, Node>): WeightUse[] {
  const groups = new Map<string, WeightUse[]>();
  for (const use of uses) {
    const { inputs, bias, transposed, begin, cotangents } = use;
    const rows = same.get(inputs)?.id;
    const key = [rows, bias, transposed, ...begin, cotangents.shape.at(-1)].join();
    groups.set(key, [...(groups.get(key) ?? []), use]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [WeightUse];
    const cotangents = addTerms(group.map((one) => one.cotangents)) as Node;
    return { ...first, cotangents };
  });
}

/** The weight that a value is made of. */
function behind(value: Node, weights: readonly Node[]): Node {
  const nodes = new Set(topological([value]));
  return weights.find((weight) => nodes.has(weight)) as Node;
}

interface Asked {
  readonly where: string;
  readonly samples: number;
}

/** The use at a meeting, or null if the op is no product and no element-wise op. */
function useOf(use: SampleUse, weight: Node, view: View, asked: Asked): WeightUse | null {
  const { node } = use;
  if (node.op === (matmulOp as Op) || node.op === (affineOp as Op))
    return productUse(use, weight, view);
  const byRows = node.op.expr !== undefined || node.op === (broadcastToOp as Op);
  return byRows ? rowsUse(use, weight, view, asked) : null;
}

/** A product XV, or VX written as X'V'. */
function productUse(use: SampleUse, { shape }: Node, view: View): WeightUse | null {
  const { node, at, others, cotangents } = use;
  if (at.length !== 1) return null;
  const left = at[0] === 0;
  const x = node.inputs[left ? 1 : 0] as Node;
  const spot = others[left ? 1 : 0] ?? null;
  const part = partOf(left ? swapped(view) : view, shape);
  if (part === null || spot === null || !sameLead(x, node)) return null;
  const rows = left ? transpose(x) : x;
  const bars = left ? transpose(cotangents) : cotangents;
  const axis = left && spot.axis === x.shape.length - 1 ? spot.axis - 1 : spot.axis;
  const width = rows.shape.at(-1) as number;
  return {
    inputs: reshape(rows, [-1, width]),
    inner: spot.inner * sizeOf(rows.shape.slice(axis + 1, -1)),
    bias: node.op === (affineOp as Op),
    cotangents: reshape(bars, [bars.shape[0] as number, -1, bars.shape.at(-1) as number]),
    ...part,
  };
}

/** Whether a value and a node have the same axes before the last two. */
function sameLead(x: Node, node: Node): boolean {
  const [a, b] = [x.shape.slice(0, -2), node.shape.slice(0, -2)];
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** A view with its last two axes swapped. */
function swapped(view: View): View {
  const swap = (list: readonly number[]) => [
    ...list.slice(0, -2),
    list.at(-1) as number,
    list.at(-2) as number,
  ];
  return { ...view, shape: swap(view.shape), strides: swap(view.strides) };
}

type Part = Pick<WeightUse, "transposed" | "begin">;

/** Which part of a weight [d, m] a matrix is, also if it is transposed. Null if it is no such part. */
function partOf({ shape, strides, offset }: View, [d = 0, m = 0]: readonly number[]): Part | null {
  const lead = shape.slice(0, -2).every((size, axis) => size === 1 || strides[axis] === 0);
  const [p = 0, q = 0] = shape.slice(-2);
  const [down = 0, along = 0] = strides.slice(-2);
  const begin = [Math.floor(offset / m), offset % m] as const;
  const fits = (rows: number, columns: number) => begin[0] + rows <= d && begin[1] + columns <= m;
  if (!lead) return null;
  if ((p === 1 || down === m) && (q === 1 || along === 1) && fits(p, q))
    return { transposed: false, begin };
  if ((p === 1 || down === 1) && (q === 1 || along === m) && fits(q, p))
    return { transposed: true, begin };
  return null;
}

/** The rows of a weight that an element-wise op reads. Each row is the product of the weight with a unit vector. */
function rowsUse(
  use: SampleUse,
  { shape: [d = 0, m = 0] }: Node,
  { shape, strides, offset }: View,
  { where, samples }: Asked,
): WeightUse | null {
  const axes = [...shape.keys()].filter((axis) => shape[axis] !== 1);
  const column = axes.find((axis) => strides[axis] === 1 && m > 1);
  const rest = axes.filter((axis) => axis !== column);
  const [row] = rest;
  if (rest.length > 1 || (row !== undefined && strides[row] !== m)) return null;
  const sizeAt = (axis: number | undefined) => (axis === undefined ? 1 : (shape[axis] as number));
  const [p, q] = [sizeAt(row), sizeAt(column)];
  const begin = [Math.floor(offset / m), offset % m] as const;
  if (begin[0] + p > d || begin[1] + q > m) return null;
  const rows = rowsAt(where, use, use.cotangents, samples);
  const r = rows.shape[1] as number;
  const turn = row !== undefined && column !== undefined && row > column;
  const apart = reshape(rows, [samples, r, ...(turn ? [q, p] : [p, q])]);
  const bars = moveAxis(turn ? transpose(apart) : apart, 1, 0);
  return {
    inputs: reshape(broadcastTo(eye(p), [samples, p, p]), [-1, p]),
    inner: p,
    bias: false,
    cotangents: reshape(bars, [r, samples * p, q]),
    transposed: false,
    begin,
  };
}
