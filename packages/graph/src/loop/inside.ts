import type { Node } from "../core/node.ts";
import { valuesOf } from "./backward.ts";
import { byRole } from "./body.ts";
import { isLoopOutput, loopOutputOp } from "./loopOutput.ts";
import { insideOf } from "./results.ts";

/** What a loop does in one turn, for those who look at how values are used. */
export interface InsideLoop {
  /** Equal for results of the same loop. */
  readonly key: string;
  readonly turns: number;
  /** What stands in a turn for each input of the results' nodes, in their order. */
  readonly places: readonly Node[];
  /** How many of the places are for values that are the same in all turns; they come first. */
  readonly fixed: number;
  /** Places of what is carried, and what they have in the next turn. */
  readonly carries: readonly { readonly value: Node; readonly next: Node }[];
  /** Values of a turn: what is carried on, and what is kept. All others are below them. */
  readonly roots: readonly Node[];
  /**
   * The values of a node of a turn in all turns, [turns, …]. Where it is differentiated by, it stands for the node
   * within the loop: its cotangent comes through all that reads the node there.
   */
  stack(node: Node): Node;
  /** The same values, where they are at hand without being kept by the loop; not to differentiate by. */
  values(node: Node): Node;
}

/**
 * Looks inside of the loop of which a node is a result.
 * @param node a node
 * @returns what a turn does; null where the node is no result of a loop
 */
export function insideLoop(node: Node): InsideLoop | null {
  if (!isLoopOutput(node)) return null;
  const { body } = node.attrs;
  const { inputs } = node;
  const loop = { body, inputs };
  const { closures, carries, slices, results, turns } = body;
  return {
    key: loopOutputOp.joint?.key(node) ?? "",
    turns,
    places: [...closures, ...carries.map(({ value }) => value), ...slices],
    fixed: byRole(body, inputs).closures.length,
    carries,
    roots: [...carries.map(({ next }) => next), ...results],
    stack: (inner) => insideOf(loopOutputOp, loop, inner),
    values: (inner) => valuesOf(loopOutputOp, inner, loop),
  };
}
