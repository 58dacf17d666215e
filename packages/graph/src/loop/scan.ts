import {
  checkNames,
  GraphError,
  leavesOf,
  mapTree,
  ShapeError,
  sameShape,
  showShape,
  type Tree,
  zipTrees,
} from "@metrigrad/tensor";
import { type LeafLike, type NodeTreeOf, nodeTree } from "../core/leafLike.ts";
import { isNode, makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { dependents, topological } from "../core/topology.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { expandDims } from "../ops/expandDims.ts";
import { iota } from "../ops/iota.ts";
import { randomOp } from "../ops/random.ts";
import { substitute } from "../transform/substitute.ts";
import { valuesOf } from "./backward.ts";
import { closeLoop, type Loop, type OpenSlice, placeFor, placeholder, sliceFor } from "./body.ts";
import { loopOutputOp } from "./loopOutput.ts";
import { lastOf, stacked } from "./results.ts";
import { type Asked, insideScan } from "./turns.ts";

/**
 * Options of {@link scan}.
 *
 * @category Graph: loops and maps
 */
export interface ScanOptions {
  /** The number of turns. By default it is the length of the sequences; without sequences it must be given. */
  readonly turns?: number;
  /** Whether the first turn gets the last slices; false by default. The results stay at the places of their slices. */
  readonly reverse?: boolean;
}

/**
 * The result of {@link scan}.
 *
 * @category Graph: loops and maps
 */
export interface Scanned<C, Y> {
  /** The carry after the last turn. */
  readonly carry: C;
  /** The values y of all turns. Each leaf is [turns, …]. */
  readonly ys: Y;
}

/**
 * Runs a function over the slices of sequences, turn by turn: carry, y = cell(carry, xs[t], t).
 *
 * It is one loop of a plan, for any number of turns, so the time to compile does not grow with the turns. Derivatives are loops
 * too, and {@link vmap} runs all cases in one loop. What in the cell does not depend on its arguments is computed once. Random
 * draws in the cell are new in each turn.
 *
 * {@includeCode ../../../../examples/api/graph/scan.ts#example}
 *
 * @param cell - Makes the graph of one turn; it is called once. It gets the carry, the slices of the sequences, and the number of
 *   the turn (i32). It returns the next carry, with the shapes and types of `init`, and `y`, which is kept of every turn.
 *   `y: {}` keeps nothing.
 * @param init - The carry before the first turn: a node, or a tree of nodes. Tensors and numbers may stand for nodes, here and in
 *   all other trees.
 * @param xs - The sequences, [turns, …]: a node, or a tree of nodes. Null if there are none.
 * @param options - The number of turns, and the direction.
 * @returns The carry after the last turn, and what was kept of all turns.
 * @throws {@link ShapeError} if the sequences differ in length, or if there is no turn.
 *   Also if a turn changes the structure, a shape or a type of the carry. Also if an argument is no tree of nodes, tensors and
 *   numbers.
 * @throws {@link GraphError} if the cell does not return `{ carry, y }`, or if an option is unknown.
 * @category Graph: loops and maps
 */
export function scan<
  const C extends Tree<LeafLike>,
  const Y extends Tree<LeafLike>,
  const X extends Tree<LeafLike> | null = null,
>(
  cell: (
    carry: NodeTreeOf<C>,
    x: X extends null ? null : NodeTreeOf<X>,
    turn: Node,
  ) => { readonly carry: Tree<LeafLike>; readonly y: Y },
  init: C,
  xs: X,
  options: ScanOptions = {},
): Scanned<NodeTreeOf<C>, NodeTreeOf<Y>> {
  checkNames("scan", options, ["turns", "reverse"], GraphError);
  const begin = nodeTree("scan, init", init);
  const given = xs === null ? null : nodeTree("scan, xs", xs);
  const sequences = given === null ? [] : leavesOf<Node>(given, isNode);
  const turns = turnsOf(sequences, options.turns);
  const slices: OpenSlice[] = [];
  const sliced = (sequence: Node): Node => {
    const value = sliceFor(sequence);
    slices.push({ value, sequence });
    return value;
  };
  const carried = mapTree(begin, isNode, placeFor) as Tree<Node>;
  const x = given === null ? null : mapTree(given, isNode, sliced);
  const turn = placeholder([], "i32");
  const first = turn.id;
  const { made, asked } = insideScan(() => cell(carried as never, x as never, turn));
  checkMade(made);
  const y = nodeTree("scan, y", made.y);
  const inits = leavesOf<Node>(begin, isNode);
  const values = leavesOf<Node>(carried, isNode);
  const nexts = nextsOf(carried, nodeTree("scan, carry", made.carry));
  const results = leavesOf<Node>(y, isNode);
  slices.push({ value: turn, sequence: iota(turns) });
  const roots = [...nexts, ...results];
  const read = askedNodes(asked, roots);
  const drawn = drawnApart(
    [...roots, ...read],
    first,
    [...values, ...slices.map(({ value }) => value)],
    turns,
  );
  slices.push(...drawn.slices);
  const [ownNexts, ownResults] = [
    drawn.roots.slice(0, nexts.length),
    drawn.roots.slice(nexts.length, roots.length),
  ];
  const loop = closeLoop({
    turns,
    reverse: options.reverse ?? false,
    slices,
    carries: values.map((value, at) => {
      return { value, next: ownNexts[at] as Node, init: inits[at] as Node };
    }),
    results: ownResults,
    known: drawn.roots.slice(roots.length),
  });
  const drawnAs = new Map(read.map((node, at) => [node, drawn.roots[roots.length + at] as Node]));
  for (const { nodes, take } of asked) {
    take(
      nodes.map((node) => {
        const own = drawnAs.get(node);
        return own === undefined ? null : everyTurn(own, loop);
      }),
      turns,
    );
  }
  let carry = 0;
  let result = 0;
  return {
    carry: mapTree(begin, isNode, () => lastOf(loopOutputOp, loop, carry++)) as never,
    ys: mapTree(y, isNode, () =>
      stacked(loopOutputOp, loop, loop.body.results[result++] as Node),
    ) as never,
  };
}

/** Throws GraphError if a cell does not return `{ carry, y }`. */
function checkMade(made: unknown): void {
  const record = typeof made === "object" && made !== null;
  if (record && "carry" in made && "y" in made) return;
  const names = record && !isNode(made) ? `{ ${Object.keys(made).join(", ")} }` : "";
  const other = isNode(made) ? "a node" : record ? names : String(made);
  throw new GraphError({
    where: "scan",
    must: "the cell must give { carry, y }",
    got: Array.isArray(made) ? `a list of ${made.length}` : other,
    todo: "return what the next turn begins with as `carry`, and what is kept of this one as `y` (y: {} keeps nothing)",
  });
}

/** The nodes whose values in all turns are asked for. Nodes that need draws which the turn does not make are left out. */
function askedNodes(asked: readonly Asked[], roots: readonly Node[]): readonly Node[] {
  if (asked.length === 0) return [];
  const needed = new Set(topological(roots));
  const drawn = (node: Node) => node.op === (randomOp as Op) && !needed.has(node);
  const all = new Set(asked.flatMap(({ nodes }) => nodes));
  return [...all].filter((node) => needed.has(node) || !topological([node]).some(drawn));
}

/** The values of a node in all turns, [turns, …]. If it does not change, all of them are equal. */
function everyTurn(node: Node, loop: Loop): Node {
  if (loop.varies(node)) return valuesOf(loopOutputOp, loop.within(node), loop);
  return broadcastTo(expandDims(node, 0), [loop.body.turns, ...node.shape]);
}

/** The number of turns. Throws ShapeError if there is none, or if the sequences have another length. */
function turnsOf(sequences: readonly Node[], asked: number | undefined): number {
  const refuse = (must: string, got: string): never => {
    const todo = "pass sequences [turns, …], or null and { turns }";
    throw new ShapeError({ where: "scan", must, got, todo });
  };
  const lengths = sequences.map(({ shape }) => shape[0]);
  const turns = asked ?? lengths[0];
  if (turns === undefined || !Number.isInteger(turns) || turns < 1) {
    refuse(
      "there must be a turn",
      turns === undefined ? "no sequence with a first axis" : String(turns),
    );
  }
  const other = sequences.find(({ shape }) => shape[0] !== turns);
  if (other !== undefined) {
    refuse(`the first axis of every sequence must have the ${turns} turns`, showShape(other.shape));
  }
  return turns as number;
}

/** The values that a turn carries on, checked against those that it began with. */
function nextsOf(carried: Tree<Node>, next: Tree<Node>): Node[] {
  return zipTrees<Node, Node>(carried, next, isNode, "scan, carry").map(([path, before, after]) => {
    if (sameShape(before.shape, after.shape) && before.type === after.type) return after;
    throw new ShapeError({
      where: path === "" ? "scan, carry" : `scan, carry at ${path}`,
      must: `a turn must carry on ${before.type} ${showShape(before.shape)}, as it began with`,
      got: `${after.type} ${showShape(after.shape)}`,
      todo: "reshape, broadcast or cast what the cell returns, or `init`",
    });
  });
}

/**
 * Makes one draw for all turns outside of the loop, and gives each turn a slice of it.
 *
 * This is for draws that do not depend on the turn in another way.
 */
function drawnApart(
  roots: readonly Node[],
  first: number,
  own: readonly Node[],
  turns: number,
): { readonly roots: Node[]; readonly slices: OpenSlice[] } {
  const order = topological(roots);
  const varying = dependents(order, own);
  const replace = new Map<Node, Node>();
  const slices: OpenSlice[] = [];
  for (const node of order) {
    if (node.op !== (randomOp as Op) || node.id < first || varying.has(node)) continue;
    const { attrs } = node as Node<{ readonly key: number; readonly shape: readonly number[] }>;
    const sequence = makeNode(randomOp, node.inputs, { ...attrs, shape: [turns, ...attrs.shape] });
    const value = sliceFor(sequence);
    replace.set(node, value);
    slices.push({ value, sequence });
  }
  return { roots: replace.size === 0 ? [...roots] : substitute(roots, replace), slices };
}
