import { checkShape, type VariableSpec } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";

/** The value of a store's variable before the run. */
export const variableOp: Op<VariableSpec> = {
  name: "variable",
  infer: (_, { shape, type }) => ({ shape, type }),
  vjp: () => [],
  batch: (node) => node,
  lower: (node, context) => context.place(node, context.variable(node.attrs)),
  key: ({ name, shape, type }) => `${name} ${type} ${shape.join()}`,
};

/** A node that stands for a variable. */
export type Variable = Node<VariableSpec>;

/** What a variable needs beside name and shape. */
export type VariableOptions = Partial<Pick<VariableSpec, "type" | "role" | "init">>;

/**
 * A named value that lives in a store; the graph holds only its name, shape and initialiser.
 * @param options `float`, a parameter and zeros by default
 */
export function variable(
  name: string,
  shape: readonly number[],
  options: VariableOptions = {},
): Variable {
  checkShape(`variable ${name}`, shape);
  const zeros: VariableSpec["init"] = (context) =>
    new Float64Array(context.shape.reduce((a, b) => a * b, 1));
  const { type = "float", role = "parameter", init = zeros } = options;
  return makeNode(variableOp, [], Object.freeze({ name, shape: [...shape], type, role, init }));
}
