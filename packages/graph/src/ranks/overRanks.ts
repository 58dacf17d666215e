import { GraphError, type VariableSpec } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { unfinished } from "../core/topology.ts";
import { placeholderOp } from "../loop/body.ts";
import { inputOp } from "../ops/input.ts";
import { pad } from "../ops/pad.ts";
import { slice } from "../ops/slice.ts";
import { variableOp } from "../ops/variable.ts";

/**
 * The place of a process among those that take each training step together, each on its own part of the batch.
 *
 * @category Distributed
 */
export interface Ranks {
  /** The number of this process, from 0. */
  readonly rank: number;
  /** The number of processes. */
  readonly size: number;
}

/**
 * One process that trains alone.
 *
 * @category Distributed
 */
export const oneRank: Ranks = Object.freeze({ rank: 0, size: 1 });

/**
 * The ranks that exchange a value, and what becomes of their values.
 *
 * @category Graph: own ops
 */
export interface OverRanks extends Ranks {
  /** What becomes of the values: their mean, their sum, or the value of the rank of that number. */
  readonly by: "mean" | "sum" | number;
}

/**
 * The mean or the sum of a value over all ranks, or the value of one of them. A step is cut here, so that the ranks can exchange their
 * values.
 *
 * @category Graph: own ops
 */
export const overRanksOp: Op<OverRanks> = {
  name: "overRanks",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  // A loss of the whole batch is the mean of the ranks' losses, and so is its derivative. A value of one rank is that of all.
  vjp: (node, cotangent) =>
    typeof node.attrs.by === "number" ? [cotangent] : [overRanks(cotangent, node.attrs)],
  batch: (node, [x]) => makeNode(overRanksOp, [x as Node], node.attrs),
  lower: (node) => {
    throw new GraphError({
      where: nameOf(node.attrs),
      must: "the value must be a part of a training step outside of loops, which can exchange it",
      got: `a loop, or a program of rank ${node.attrs.rank} of ${node.attrs.size} alone`,
      todo: "take the module with statistics of the batch out of the loop, or train it in one process",
    });
  },
};

/**
 * Returns the mean of a value over all ranks, the same on each of them. With one rank it is the value itself.
 *
 * A training step on several ranks is cut at these values: each rank computes its own, the ranks exchange them in one message,
 * and the rest of the step reads the means. A value that is the same on all ranks anyway, such as one that follows from
 * parameters alone, comes back as it is.
 *
 * @param x - The value of this rank, a float of the same shape on each rank.
 * @param ranks - The ranks.
 * @returns A node of the same shape.
 * @throws {@link GraphError} if x is no float.
 * @category Distributed
 */
export function meanOverRanks(x: NodeLike, ranks: Ranks): Node {
  const { rank, size } = ranks;
  const value = asNode(x);
  return variesOverRanks(value) ? overRanks(value, { rank, size, by: "mean" }) : value;
}

/**
 * Puts the rows of all ranks one after the other, the same on each of them. With one rank it is the value itself.
 *
 * @param rows - The rows of this rank, a float [n, …] of the same shape on each rank.
 * @param ranks - The ranks.
 * @returns A node [size · n, …].
 * @throws {@link GraphError} if the rows are no float.
 * @category Distributed
 */
export function rowsOfAllRanks(rows: Node, ranks: Ranks): Node {
  const { rank, size } = ranks;
  if (size === 1) return rows;
  const [n = 0] = rows.shape;
  const around = rows.shape.map(() => [0, 0] as const);
  const own = pad(rows, [[rank * n, (size - rank - 1) * n], ...around.slice(1)]);
  return overRanks(own, { rank, size, by: "sum" });
}

/**
 * Returns the value of one rank on all ranks. The others do not compute what it alone needs. With one rank it is the value itself.
 *
 * @param x - The value, a float that would be the same on each rank.
 * @param owner - The rank that computes it.
 * @param ranks - The ranks.
 * @returns A node of the same shape.
 * @throws {@link GraphError} if x is no float.
 * @category Distributed
 */
export function fromRank(x: Node, owner: number, ranks: Ranks): Node {
  const { rank, size } = ranks;
  return overRanks(x, { rank, size, by: owner });
}

function nameOf({ by }: OverRanks): string {
  return typeof by === "number" ? "fromRank" : `${by}OverRanks`;
}

function overRanks(value: Node, attrs: OverRanks): Node {
  if (attrs.size === 1) return value;
  if (value.type === "float") return makeNode(overRanksOp, [value], attrs);
  throw new GraphError({
    where: nameOf(attrs),
    must: "the value must be a float",
    got: value.type,
    todo: 'convert it: cast(x, "float")',
  });
}

/**
 * The rows of one rank among those of all ranks. Ranks differ in it, so no state may follow from it alone.
 *
 * @category Graph: own ops
 */
export const rowsOfRankOp: Op<Ranks> = {
  name: "rowsOfRank",
  infer: ([x], { size }) => {
    const { shape, type } = x as Node;
    const [rows = 0, ...rest] = shape;
    return { shape: [rows / size, ...rest], type };
  },
  vjp: () => [null],
  batch: (node, [x]) => slice(x as Node, [null, range(node.inputs[0] as Node, node.attrs)]),
  lower: (node, context) => {
    const [x] = node.inputs as [Node];
    const view = context.view(x);
    const [first = 0] = range(x, node.attrs);
    const offset = view.offset + first * (view.strides[0] as number);
    context.place(node, { ...view, shape: node.shape, offset });
  },
};

function range(x: Node, { rank, size }: Ranks): [number, number] {
  const rows = (x.shape[0] as number) / size;
  return [rank * rows, (rank + 1) * rows];
}

/**
 * Returns the rows of this rank among those of all ranks, without a copy. With one rank it is the value itself.
 *
 * @param x - The values of all ranks' rows, [size · n, …].
 * @param ranks - The ranks.
 * @returns A node [n, …]. It has no derivative.
 * @nothrow
 * @category Distributed
 */
export function rowsOfRank(x: Node, ranks: Ranks): Node {
  return ranks.size === 1 ? x : makeNode(rowsOfRankOp, [x], ranks);
}

/** What is known of nodes. A node does not change, so neither does this. */
const known = new WeakMap<Node, boolean>();

/**
 * Tells whether a value may differ between ranks: whether it follows from inputs with an axis, which are rows of this rank, or
 * from {@link rowsOfRank}, and not through {@link meanOverRanks} alone.
 *
 * @param x - The value.
 * @returns Whether it may differ.
 * @nothrow
 * @category Distributed
 */
export function variesOverRanks(x: Node): boolean {
  for (const node of unfinished([x], (one) => known.has(one))) {
    known.set(node, varies(node));
  }
  return known.get(x) === true;
}

function varies({ op, inputs, shape, attrs }: Node): boolean {
  if (op === (overRanksOp as Op)) return false;
  if (op === (rowsOfRankOp as Op)) return true;
  if (op === (inputOp as Op)) return shape.length > 0;
  // In the body of a loop it stands for a value that may differ.
  if (op === (placeholderOp as Op)) return true;
  // Data are not exchanged, so each rank may have its own.
  if (op === (variableOp as Op)) return (attrs as VariableSpec).role === "data" && shape.length > 0;
  return inputs.some((one) => known.get(one) === true);
}
