import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import type { Loop, LoopBody } from "./body.ts";

/**
 * One result of a loop.
 *
 * @category Graph: own ops
 */
export interface LoopOutputAttrs {
  /** What the loop does in one turn. */
  readonly body: LoopBody;
  /** A node of the body, or the placeholder of a carry. */
  readonly value: Node;
  /**
   * Which values the result has.
   *
   * "stack": the values of all turns [turns, …], in the order of the slices. "last": a carry after the last turn. "inside": a stack
   * that stands for the value inside of the loop if you differentiate with respect to it.
   */
  readonly kind: "stack" | "inside" | "last";
}

/** The body and the inputs of a loop. */
export type ClosedLoop = Pick<Loop, "body" | "inputs">;

/** The values of a node of the body in all turns. */
export function stacked(
  op: Op<LoopOutputAttrs>,
  { body, inputs }: ClosedLoop,
  value: Node,
): Node<LoopOutputAttrs> {
  return makeNode(op, inputs, { body, value, kind: "stack" });
}

/** The same values, as a result that stands for the node inside of the loop. */
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
