import type { Node } from "../../core/node.ts";
import type { Derivative } from "./parts.ts";
import type { Lead } from "./stacks.ts";

/** An inner derivative of a term, for each input of the node. */
export interface InnerStreams {
  readonly derivative: Derivative;
  readonly labels: readonly number[];
  /** For each input its derivative, [labels…, the input's shape…], or null if it is zero. */
  readonly streams: readonly (Node | null)[];
}

/** A term of the chain rule at a node: D^b op(inputs)[block 1, …, block b], with its sums over labels. */
export interface Term {
  readonly node: Node;
  /** The node with respect to which it is differentiated. */
  readonly x: Node;
  readonly blocks: readonly InnerStreams[];
  readonly lead: Lead;
}

/** Returns a term, [labels that are not summed…, the node's shape…] or a shape that broadcasts to this. Null means zero. */
export type TermRule = (term: Term) => Node | null;

/** All choices of one input for each block. Only inputs whose derivative is not zero count. */
export function choicesOf(blocks: readonly InnerStreams[]): number[][] {
  return blocks.reduce<number[][]>(
    (all, { streams }) =>
      all.flatMap((known) =>
        streams.flatMap((stream, input) => (stream === null ? [] : [[...known, input]])),
      ),
    [[]],
  );
}

/** The sum of the values that are not null; null if there is none. */
export function total(
  values: readonly (Node | null)[],
  plus: (a: Node, b: Node) => Node,
): Node | null {
  const found = values.filter((value) => value !== null);
  return found.length === 0 ? null : found.reduce(plus);
}
