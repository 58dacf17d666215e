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
 * A use T = XV of a part V [p, q] of a weight W [d, m], or of V' where it is transposed. Its gradient is X'Ḡ, or its
 * transpose.
 */
export interface WeightUse {
  /** X [rows, p], or X̃ without its ones [rows, p − 1]; row i belongs to sample ⌊i/inner⌋ mod n. */
  readonly inputs: Node;
  readonly inner: number;
  /** Whether X̃ is (X, 1). */
  readonly bias: boolean;
  /** Cotangents of T by columns, [r, rows, q]. */
  readonly cotangents: Node;
  /** Whether X acts on a part of W'. */
  readonly transposed: boolean;
  /** Where the part begins in W: of its rows and columns. */
  readonly begin: readonly [row: number, column: number];
}

/** What is asked of `weightUses`. */
export interface WeightUsesOptions extends JacobianRowsOptions {
  readonly samples: number;
  readonly columns: Node;
  /** The error for a weight that acts on samples in another way. */
  readonly other: (node: Node, weight: Node) => Error;
}

/**
 * Every use of some weights on the way to a value, sample by sample: products of parts of them with what depends on samples,
 * and element-wise ops with their rows, which are uses on unit vectors (the derivatives of a first layer by its inputs). What is
 * computed twice of the same rows is one use.
 *
 * @param where - For errors.
 * @param value - [n, …], with the samples on its first axis.
 * @param weights - W [d, m] each.
 * @param options - Where the samples come from, and what is pulled back.
 * @returns The uses of each weight; none where it does not reach the value.
 * @throws GraphError where samples meet one another, ShapeError for columns of another shape, and `other`
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
 * Uses of the same part on the same rows as one, to which the cotangents of all arrive: a model that is applied twice to the
 * same points is one.
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

function useOf(use: SampleUse, weight: Node, view: View, asked: Asked): WeightUse | null {
  const { node } = use;
  if (node.op === (matmulOp as Op) || node.op === (affineOp as Op))
    return productUse(use, weight, view);
  const byRows = node.op.expr !== undefined || node.op === (broadcastToOp as Op);
  return byRows ? rowsUse(use, weight, view, asked) : null;
}

/** A product XV, or VX as X'V'. */
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

/** Whether both have the same axes before a matrix's. */
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

/** Which part of a weight [d, m] a matrix is, or of which it is the transpose; null where it is neither. */
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

/** Rows of a weight that an element-wise op reads: each is its product with a unit vector. */
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
