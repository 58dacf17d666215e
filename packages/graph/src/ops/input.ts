import { checkShape, type Shape, type ValueType } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { InputAttrs, Op } from "../core/op.ts";

export type { InputAttrs } from "../core/op.ts";

/** A value passed to each run. */
export const inputOp: Op<InputAttrs> = {
  name: "input",
  infer: (_, { shape, type }) => ({ shape, type }),
  vjp: () => [],
  batch: (node) => node,
  lower: (node, context) => context.place(node, context.feed(node.attrs)),
};

/**
 * A value that the caller passes to each run under this name.
 * @param shape sizes per axis; @param type `float` by default
 */
export function input(name: string, shape: Shape, type: ValueType = "float"): Node<InputAttrs> {
  checkShape(`input ${name}`, shape);
  return makeNode(inputOp, [], { name, shape: [...shape], type });
}
