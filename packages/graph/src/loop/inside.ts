import type { Node } from "../core/node.ts";
import { valuesOf } from "./backward.ts";
import { byRole } from "./body.ts";
import { isLoopOutput, loopOutputOp } from "./loopOutput.ts";
import { insideOf } from "./results.ts";

/**
 * The content of a loop: what it does in one turn. For code that examines how values are used.
 *
 * @category Graph: loops and maps
 */
export interface InsideLoop {
  /** A text that is equal for results of the same loop. */
  readonly key: string;
  /** The number of turns. */
  readonly turns: number;
  /** For each input of the loop, the node that stands for it in a turn. */
  readonly places: readonly Node[];
  /** The number of inputs that are the same in all turns. They come first in `places`. */
  readonly fixed: number;
  /** For each carried value, its place in `places`, and the node of its value in the next turn. */
  readonly carries: readonly { readonly value: Node; readonly next: Node }[];
  /** The values that a turn carries on, and the values that are kept. All other values of a turn are needed for these. */
  readonly roots: readonly Node[];
  /**
   * Returns the values of a node in all turns.
   *
   * If you differentiate with respect to the result, it stands for the node inside of the loop. Its cotangent then comes through
   * everything that reads the node there.
   *
   * @param node - A node of a turn.
   * @returns The values, [turns, …].
   */
  stack(node: Node): Node;
  /**
   * Returns the same values, without a new result of the loop where possible. Do not differentiate with respect to them.
   *
   * @param node - A node of a turn.
   * @returns The values, [turns, …].
   */
  values(node: Node): Node;
}

/**
 * Looks into the loop that a node is a result of.
 *
 * @param node - Any node.
 * @returns What a turn of the loop does, or null if the node is no result of a loop.
 * @nothrow
 * @category Graph: loops and maps
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
