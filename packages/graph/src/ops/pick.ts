import { GraphError } from "@metrigrad/tensor";
import { makeNode, type Node, showNode } from "../core/node.ts";
import type { LowerContext, Op } from "../core/op.ts";

/** Attributes of a pick: which further output, and how many of the main one's last axes it lacks. */
interface PickAttrs {
  readonly index: number;
  readonly without: number;
}

const pickOp: Op<PickAttrs> = {
  name: "pick",
  infer: ([x], { without }) => {
    const { shape, type } = x as Node;
    return { shape: shape.slice(0, shape.length - without), type };
  },
  claims: (node) => ({ node: node.inputs[0] as Node, index: node.attrs.index }),
  vjp: () => [null],
  batch: (node, [x]) => makeNode(pickOp, [x as Node], node.attrs),
  lower: (node, context) => placeExtra(node, node.inputs[0] as Node, node.attrs.index, context),
};

/** Places a node at a further output of another one, which it claims. Throws GraphError. */
export function placeExtra(node: Node, of: Node, index: number, context: LowerContext): void {
  const view = context.extra(of, index);
  if (view === null) {
    throw new GraphError({
      where: context.label(node),
      must: "its input must have a further output of this number",
      got: showNode(of),
      todo: "pick only outputs that the op's lowering claims with context.extra",
    });
  }
  context.place(node, view);
}

/**
 * A further output of a node, which its lowering writes to `context.extra(node, index)`; it has the
 * node's type and leading axes, and no derivative.
 */
export function pick(node: Node, index: number, without: number): Node {
  return makeNode(pickOp, [node], { index, without });
}
