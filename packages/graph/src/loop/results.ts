import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import type { Loop, LoopBody } from "./body.ts";

/** One result of a loop. */
export interface LoopOutputAttrs {
  readonly body: LoopBody;
  /** A node of the body, or the placeholder of a carry. */
  readonly value: Node;
  /**
   * The value of each turn [turns, …] at the place of its slices, or that of a carry after the last turn. "inside" is a
   * stack that stands for the value within the loop where it is differentiated by.
   */
  readonly kind: "stack" | "inside" | "last";
}

/** A loop with its inputs. */
export type ClosedLoop = Pick<Loop, "body" | "inputs">;

/** The values that a node of the body has in all turns. */
export function stacked(
  op: Op<LoopOutputAttrs>,
  { body, inputs }: ClosedLoop,
  value: Node,
): Node<LoopOutputAttrs> {
  return makeNode(op, inputs, { body, value, kind: "stack" });
}

/** The same values, standing for the node within the loop. */
export function insideOf(
  op: Op<LoopOutputAttrs>,
  { body, inputs }: ClosedLoop,
  value: Node,
): Node<LoopOutputAttrs> {
  return makeNode(op, inputs, { body, value, kind: "inside" });
}

/** A carry after the last turn. */
export function lastOf(
  op: Op<LoopOutputAttrs>,
  { body, inputs }: ClosedLoop,
  carry: number,
): Node<LoopOutputAttrs> {
  const { value } = body.carries[carry] as LoopBody["carries"][number];
  return makeNode(op, inputs, { body, value, kind: "last" });
}
