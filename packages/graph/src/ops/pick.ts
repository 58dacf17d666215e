import { GraphError } from "@metrigrad/tensor";
import { makeNode, type Node, showNode } from "../core/node.ts";
import type { LowerContext, Op } from "../core/op.ts";

/**
 * Attributes of a pick: which further output, and how many of the last axes of the main output it
 * lacks.
 */
interface PickAttrs {
  readonly index: number;
  readonly without: number;
}

/** A further output of another node. */
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

/** Places a node at a further output of another node, which it claims. Throws GraphError. */
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
 * Makes a node for a further output of another node.
 *
 * The op of that node writes the output in its `lower`, to `context.extra(node, index)`. The result
 * has the node's type and leading axes. It has no derivative.
 *
 * @param node - The node with the further output.
 * @param index - The number of the output.
 * @param without - How many of the node's last axes the output lacks.
 * @returns The output, of the node's shape without its last `without` axes.
 * @nothrow
 * @category Graph: own ops
 */
export function pick(node: Node, index: number, without: number): Node {
  return makeNode(pickOp, [node], { index, without });
}
