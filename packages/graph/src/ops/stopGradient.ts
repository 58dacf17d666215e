import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";

/** The same value, without a derivative. */
export const stopGradientOp: Op<null> = {
  name: "stopGradient",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: () => [null],
  batch: (_, [x]) => stopGradient(x as Node),
  lower: (node, context) => context.place(node, context.view(node.inputs[0] as Node)),
  rewrite: (node) => node.inputs[0] as Node,
};

/**
 * Returns the same value, which derivatives take as constant.
 *
 * @param x - The value, of any type.
 * @returns A node of the same value.
 * @throws {@link ShapeError} if x is a nested array whose rows differ in length.
 * @category Graph: derivatives
 */
export function stopGradient(x: NodeLike): Node {
  return makeNode(stopGradientOp, [asNode(x)], null);
}
