import {
  type Carry,
  coreOps,
  type LoopOutputAttrs,
  type Node,
  type Op,
  replaceNodes,
  topological,
} from "@metrigrad/graph";
import type { OnnxGraph, OnnxNode, OnnxValue } from "./model.ts";

/** The results of one loop that a graph needs. */
export type LoopResults = readonly Node<LoopOutputAttrs>[];

/** Returns a text that is equal for results of the same loop. */
export function loopKey({ attrs, inputs }: Node<LoopOutputAttrs>): string {
  return `${attrs.body.id}|${inputs.map(({ id }) => id).join()}`;
}

/** Returns the results of each loop in a graph. */
export function loopsIn(roots: readonly Node[]): Map<string, LoopResults> {
  const loops = new Map<string, LoopResults>();
  for (const node of topological(roots)) {
    if (node.op !== (coreOps.loop as Op)) continue;
    const result = node as Node<LoopOutputAttrs>;
    const key = loopKey(result);
    loops.set(key, [...(loops.get(key) ?? []), result]);
  }
  return loops;
}

/** A value that a turn gets, and where it comes from. */
interface TurnInput {
  /** The placeholder in the turn. */
  readonly value: Node;
  /** The carry before the first turn, or the sequence. */
  readonly from: Node;
}

/** One turn of a loop. */
export interface Turn {
  readonly reverse: boolean;
  readonly carries: readonly TurnInput[];
  readonly slices: readonly TurnInput[];
  /** The next carries, and then the values that are kept of each turn. */
  readonly roots: readonly Node[];
  /** The number of values that are kept of each turn. */
  readonly stacks: number;
  /** The number of the root that each result of the loop comes from. */
  readonly places: ReadonlyMap<Node, number>;
}

/** Returns one turn of a loop. Values that are the same in all turns stand in it as they are outside. */
export function turnOf(results: LoopResults, simplify: (roots: readonly Node[]) => Node[]): Turn {
  const [{ attrs, inputs }] = results as readonly [Node<LoopOutputAttrs>];
  const { body } = attrs;
  const fixed = body.closures.length;
  const outside = new Map(body.closures.map((place, at) => [place, inputs[at] as Node]));
  const kept = [...new Set(results.filter(isStack).map((one) => one.attrs.value))];
  const own = replaceNodes([...body.carries.map(({ next }) => next), ...kept], outside);
  const roots = simplify(own);
  const from = (at: number) => inputs[fixed + at] as Node;
  const carries = body.carries.map(({ value }: Carry, at) => ({ value, from: from(at) }));
  const all = body.slices.map((value, at) => ({ value, from: from(carries.length + at) }));
  const read = new Set(topological(roots));
  const used = all.filter(({ value }) => read.has(value));
  const places = results.map((result) => {
    const { value } = result.attrs;
    if (isStack(result)) return [result, carries.length + kept.indexOf(value)] as const;
    return [result, body.carries.findIndex((carry) => carry.value === value)] as const;
  });
  // A scan counts its turns by a sequence.
  const slices = used.length > 0 ? used : all.slice(-1);
  return {
    reverse: body.reverse,
    carries,
    slices,
    roots,
    stacks: kept.length,
    places: new Map(places),
  };
}

function isStack({ attrs }: Node<LoopOutputAttrs>): boolean {
  return attrs.kind !== "last";
}

/** The names of the values of a loop. */
export interface ScanNames {
  /** The carries before the first turn, and the sequences. */
  readonly begin: readonly string[];
  /** The values that a turn gets: carries and slices. */
  readonly gets: readonly string[];
  /** The values that a turn gives: carries, and what is kept. */
  readonly gives: readonly string[];
  /** The results of the loop. */
  readonly made: readonly string[];
}

/** Returns a loop as ONNX's Scan, with the nodes of a turn inside. */
export function scanNode(turn: Turn, names: ScanNames, nodes: OnnxNode[]): OnnxNode {
  const { carries, slices, roots, reverse, stacks } = turn;
  const valueOf = ({ type }: Node, name: string | undefined): OnnxValue => {
    return { name: name as string, type, shape: null };
  };
  const body: OnnxGraph = {
    nodes,
    inputs: [...carries, ...slices].map(({ value }, at) => valueOf(value, names.gets[at])),
    outputs: roots.map((root, at) => valueOf(root, names.gives[at])),
  };
  const directions = (count: number) => new Array<number>(count).fill(Number(reverse));
  const kept = stacks === 0 ? {} : { scan_output_directions: directions(stacks) };
  return {
    op: "Scan",
    inputs: names.begin,
    outputs: names.made,
    attrs: {
      body,
      num_scan_inputs: slices.length,
      scan_input_directions: directions(slices.length),
      ...kept,
    },
  };
}
