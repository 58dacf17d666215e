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

/** How a scan goes through its turns. */
export interface ScanOptions {
  /** Number of turns; where there are sequences it is their length. */
  readonly turns?: number;
  /** Whether to begin with the last slices; results stay at the places of their slices. False by default. */
  readonly reverse?: boolean;
}

/** What a scan gives. */
export interface Scanned<C, Y> {
  /** The carry after the last turn. */
  readonly carry: C;
  /** What was kept of all turns: leaves [turns, …]. */
  readonly ys: Y;
}

/**
 * Runs a function over the slices of sequences, from turn to turn with what it carries: carry, y = cell(carry, xs[t], t).
 * It is one loop in a plan, whatever the number of turns, so neither compiling nor code grows with it. Derivatives are
 * loops too, `vmap` runs all cases in one, and what the cell does not take from its arguments is computed once.
 * Random draws inside of the cell are drawn anew in each turn.
 *
 * @param cell - Makes the graph of one turn; it is called once. It gets the carry, the slices […] of the sequences and
 *   the number of the turn (i32, the place of the slices). What it carries on has the shapes and types of `init`.
 *   What it gives as `y` is kept of every turn; `y: {}` keeps nothing.
 * @param init - The carry before the first turn: a node, or a tree of nodes. Tensors and numbers stand for nodes here and
 *   in all other trees.
 * @param xs - Sequences [turns, …]: a node, or a tree of nodes; null where there are none.
 * @param options - The number of turns without sequences, and the direction.
 * @returns The last carry, and what was kept of all turns.
 * @throws ShapeError where sequences differ in length, there is no turn, or the carry changes its shape or type
 * @throws GraphError where the cell gives no `{ carry, y }` of nodes
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

/** Throws GraphError for what is not what a cell gives. */
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

/** The nodes of which all values are asked for, without those that need draws that the turn does not make. */
function askedNodes(asked: readonly Asked[], roots: readonly Node[]): readonly Node[] {
  if (asked.length === 0) return [];
  const needed = new Set(topological(roots));
  const drawn = (node: Node) => node.op === (randomOp as Op) && !needed.has(node);
  const all = new Set(asked.flatMap(({ nodes }) => nodes));
  return [...all].filter((node) => needed.has(node) || !topological([node]).some(drawn));
}

/** The values of a node in all turns, [turns, …]; the same one in each where it does not change. */
function everyTurn(node: Node, loop: Loop): Node {
  if (loop.varies(node)) return valuesOf(loopOutputOp, loop.within(node), loop);
  return broadcastTo(expandDims(node, 0), [loop.body.turns, ...node.shape]);
}

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

/** What a turn carries on, checked against what it began with. */
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

/** Random words of a cell as slices of one draw for all turns: they do not depend on the turn otherwise. */
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
