import type { Shape, ValueType } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { withOrigin } from "../core/scope.ts";
import { dependents, topological } from "../core/topology.ts";

/**
 * A value that a loop carries from turn to turn.
 *
 * @category Graph: own ops
 */
export interface Carry {
  /** The placeholder for the value before a turn. */
  readonly value: Node;
  /** The value after the turn. */
  readonly next: Node;
}

/**
 * What a loop does in one turn: a graph over placeholders. The inputs of the loop's nodes take their places, in the order closures,
 * carries, slices.
 *
 * @category Graph: own ops
 */
export interface LoopBody {
  /** A number that no other body has. */
  readonly id: number;
  /** The number of turns. */
  readonly turns: number;
  /** Whether the first turn gets the last slices. */
  readonly reverse: boolean;
  /** Placeholders for values that are the same in all turns. */
  readonly closures: readonly Node[];
  /** The carried values. */
  readonly carries: readonly Carry[];
  /** Placeholders for the turn's slices of sequences [turns, …]. */
  readonly slices: readonly Node[];
  /** The values of a turn that are wanted. The body computes only what these and the carries need. */
  readonly results: readonly Node[];
}

/** Attributes of a placeholder. */
interface PlaceholderAttrs {
  readonly number: number;
  readonly shape: Shape;
  readonly type: ValueType;
}

let placeholders = 0;
let bodies = 0;

/** A new number for a body. */
export function bodyId(): number {
  bodies += 1;
  return bodies;
}

/** The op of placeholders, which stand in the body of a loop for values from outside. */
export const placeholderOp: Op<PlaceholderAttrs> = {
  name: "placeholder",
  infer: (_, { shape, type }) => ({ shape, type }),
  vjp: () => [],
  batch: (node) => node,
  lower: (node) => {
    throw new Error(`compile: ${node.op.name} outside of its loop`);
  },
  key: ({ number }) => String(number),
};

/** Makes a placeholder. */
export function placeholder(shape: Shape, type: ValueType): Node {
  return makeNode(placeholderOp, [], { number: placeholders++, shape, type });
}

/** Makes a placeholder for values with the shape and type of a node. */
export function placeFor({ shape, type }: Node): Node {
  return placeholder(shape, type);
}

/** Makes a placeholder for the slices of a sequence. */
export function sliceFor({ shape, type }: Node): Node {
  return placeholder(shape.slice(1), type);
}

/** A carried value of an open loop. */
export interface OpenCarry extends Carry {
  /** The value before the first turn. */
  readonly init: Node;
}

/** A sequence of an open loop, and the placeholder for its slices. */
export interface OpenSlice {
  readonly value: Node;
  readonly sequence: Node;
}

/** A loop whose body may use any node of the graph around it. */
export interface OpenLoop {
  readonly turns: number;
  readonly reverse: boolean;
  readonly carries: readonly OpenCarry[];
  readonly slices: readonly OpenSlice[];
  readonly results: readonly Node[];
  /** Further values of a turn that may be asked for later. */
  readonly known?: readonly Node[];
}

/** A loop: its body, and its inputs in the order closures, carries, slices. */
export interface Loop {
  readonly body: LoopBody;
  readonly inputs: readonly Node[];
  /** The node of the body for a node of the open body. */
  readonly within: (node: Node) => Node;
  /** Whether a node of the open body changes from turn to turn. */
  readonly varies: (node: Node) => boolean;
}

/**
 * Closes a loop. Values that do not change from turn to turn are computed once outside, and become inputs.
 *
 * Numbers become inputs too, so that you can differentiate with respect to them. The compiler puts them back.
 */
export function closeLoop(open: OpenLoop): Loop {
  const { turns, reverse, carries, slices, results } = open;
  const roots = [...carries.map(({ next }) => next), ...results, ...(open.known ?? [])];
  const order = topological(roots);
  const own = [...carries.map(({ value }) => value), ...slices.map(({ value }) => value)];
  const varying = dependents(order, own);
  const closures = new Map<Node, Node>();
  const made = new Map<Node, Node>(own.map((node) => [node, node]));
  const within = (node: Node): Node => {
    const known = made.get(node);
    if (known !== undefined) return known;
    if (varying.has(node)) throw new Error(`loop: ${node.op.name} is not of its body`);
    const place = placeFor(node);
    closures.set(place, node);
    made.set(node, place);
    return place;
  };
  for (const node of order) {
    if (made.has(node) || !varying.has(node)) continue;
    const inputs = node.inputs.map(within);
    const same = inputs.every((input, at) => input === node.inputs[at]);
    made.set(node, same ? node : withOrigin(node, () => makeNode(node.op, inputs, node.attrs)));
  }
  const body: LoopBody = {
    id: bodyId(),
    turns,
    reverse,
    carries: carries.map(({ value, next }) => ({ value, next: within(next) })),
    slices: slices.map(({ value }) => value),
    results: results.map(within),
    closures: [...closures.keys()],
  };
  const known = (node: Node): Node => {
    const own = made.get(node);
    if (own === undefined) throw new Error(`loop: ${node.op.name} is not of its body`);
    return own;
  };
  const inits = carries.map(({ init }) => init);
  const sequences = slices.map(({ sequence }) => sequence);
  const inputs = [...closures.values(), ...inits, ...sequences];
  return { body, inputs, within: known, varies: (node) => varying.has(node) };
}

/** The inputs of a loop, sorted by what they are for. */
export interface LoopInputs<T> {
  readonly closures: readonly T[];
  readonly inits: readonly T[];
  readonly sequences: readonly T[];
}

/** A list with one entry per input of a loop, sorted by what the inputs are for. */
export function byRole<T>({ closures, carries }: LoopBody, list: readonly T[]): LoopInputs<T> {
  const [first, second] = [closures.length, closures.length + carries.length];
  return {
    closures: list.slice(0, first),
    inits: list.slice(first, second),
    sequences: list.slice(second),
  };
}

/** The body of a loop as an open body over its actual inputs. */
export function openedLoop(body: LoopBody, inputs: readonly Node[]) {
  const { closures, inits, sequences } = byRole(body, inputs);
  return {
    turns: body.turns,
    reverse: body.reverse,
    closures: new Map(body.closures.map((place, at) => [place, closures[at] as Node])),
    carries: body.carries.map((carry, at): OpenCarry => ({ ...carry, init: inits[at] as Node })),
    slices: body.slices.map((value, at): OpenSlice => {
      return { value, sequence: sequences[at] as Node };
    }),
  };
}
