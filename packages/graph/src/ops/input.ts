import { checkShape, type Shape, type ValueType } from "@metrigrad/tensor";
import { checkValueType } from "../core/checkValueType.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { InputAttrs, Op } from "../core/op.ts";

export type { InputAttrs } from "../core/op.ts";

/** A value that is passed to each run. */
export const inputOp: Op<InputAttrs> = {
  name: "input",
  infer: (_, { shape, type }) => ({ shape, type }),
  vjp: () => [],
  batch: (node) => node,
  lower: (node, context) => context.place(node, context.feed(node.attrs)),
};

/**
 * Makes an input: a value that the caller passes to each run under a name.
 *
 * @param name - The name of the value in the call of `run`.
 * @param shape - The shape.
 * @param type - The element type; `float` by default.
 * @returns The node of the input.
 * @throws {@link ShapeError} if the shape is not a list of sizes.
 * @throws {@link GraphError} if the type is none.
 * @category Graph: compile and run
 */
export function input(name: string, shape: Shape, type: ValueType = "float"): Node<InputAttrs> {
  checkShape(`input ${name}`, shape);
  checkValueType(`input ${name}`, type, 'call input("x", [2], "i32"), or leave it out for "float"');
  return makeNode(inputOp, [], { name, shape: [...shape], type });
}
