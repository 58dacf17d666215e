import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { argsort } from "./argsort.ts";
import { broadcastTo } from "./broadcastTo.ts";
import { takeAlongAxis } from "./takeAlongAxis.ts";

/**
 * `takeAlongAxis` for indices that name each position once. Its adjoint takes elements by the
 * inverse permutation, which is the order of the indices. So nothing is scattered and summed.
 */
export const permuteOp: Op<{ readonly axis: number }> = {
  name: "permute",
  infer: ([x]) => ({ shape: (x as Node).shape, type: (x as Node).type }),
  vjp: (node, cotangent) => {
    const { axis } = node.attrs;
    return [permute(cotangent, argsort(node.inputs[1] as Node, { axis }), axis), null];
  },
  batch: (node, inputs, batched, size) => {
    const [x, order] = inputs.map((one, k) =>
      batched[k] ? one : broadcastTo(one, [size, ...one.shape]),
    );
    return permute(x as Node, order as Node, node.attrs.axis + 1);
  },
  // The rewrite replaces this node, so there is nothing to lower.
  lower: () => undefined,
  rewrite: (node) => {
    const [x, order] = node.inputs as readonly [Node, Node];
    return takeAlongAxis(x, order, node.attrs.axis);
  },
};

/**
 * Brings the elements along an axis into another order. `order` has x's shape and is a permutation
 * on that axis.
 */
export function permute(x: Node, order: Node, axis: number): Node {
  return x.shape[axis] === 0 ? x : makeNode(permuteOp, [x, order], { axis });
}
