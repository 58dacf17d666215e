import type { Node } from "../../core/node.ts";
import type { Derivative } from "./parts.ts";
import type { Lead } from "./stacks.ts";

/** An inner derivative of a term: what it is for each input of the node. */
export interface InnerStreams {
  readonly derivative: Derivative;
  readonly labels: readonly number[];
  /** [labels…, the input's shape…]; null where it is zero. */
  readonly streams: readonly (Node | null)[];
}

/** A term of the chain rule at a node: D^b op(inputs)[block 1, …, block b], summed over the labels that are. */
export interface Term {
  readonly node: Node;
  /** What is differentiated by. */
  readonly x: Node;
  readonly blocks: readonly InnerStreams[];
  readonly lead: Lead;
}

/** The term as a node [labels that are not summed…, the node's shape…] or one that broadcasts to it; null for zero. */
export type TermRule = (term: Term) => Node | null;

/** The choices of an input for each block, by those whose stream is not zero. */
export function choicesOf(blocks: readonly InnerStreams[]): number[][] {
  return blocks.reduce<number[][]>(
    (all, { streams }) =>
      all.flatMap((known) =>
        streams.flatMap((stream, input) => (stream === null ? [] : [[...known, input]])),
      ),
    [[]],
  );
}

/** The sum of values, null for none. */
export function total(
  values: readonly (Node | null)[],
  plus: (a: Node, b: Node) => Node,
): Node | null {
  const found = values.filter((value) => value !== null);
  return found.length === 0 ? null : found.reduce(plus);
}
