import { checkShape, type VariableSpec } from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";

let specs = 0;
const numbers = new WeakMap<VariableSpec, number>();

/** A text per variable: equal for one object only. */
function keyOf(spec: VariableSpec): string {
  const number = numbers.get(spec) ?? specs++;
  numbers.set(spec, number);
  return String(number);
}

/** The value of a store's variable before the run; the attributes are the variable itself. */
export const variableOp: Op<VariableSpec> = {
  name: "variable",
  infer: (_, { shape, type }) => ({ shape, type }),
  vjp: () => [],
  batch: (node) => node,
  lower: (node, context) => context.place(node, context.variable(node)),
  key: keyOf,
};

/** A node that stands for a variable. */
export type Variable = Node<VariableSpec>;

/** What a variable needs beside path and shape. */
export type VariableOptions = Partial<Pick<VariableSpec, "type" | "role" | "init">>;

/** Whether a node stands for a variable. */
export function isVariable(node: Node): node is Variable {
  return node.op === (variableOp as Op);
}

const nodes = new WeakMap<VariableSpec, Variable>();

/** The node of a variable: the same one at every call. */
export function variableOf(spec: VariableSpec): Variable {
  const node = nodes.get(spec) ?? makeNode(variableOp, [], spec);
  nodes.set(spec, node);
  return node;
}

/** What messages call a variable: its own path, or where the node was first made. */
export function variableName({ attrs, scope }: Variable): string {
  return attrs.path ?? (scope === "" ? attrs.role : scope);
}

/** Zeros of any shape. */
const zeros: VariableSpec["init"] = ({ shape }) =>
  new Float64Array(shape.reduce((a, b) => a * b, 1));

/**
 * A new value that lives in stores, with a path of its own. Every call makes another variable, also
 * where the path is the same: keep the node to use it in several places.
 * @param path what a store calls it
 * @param shape sizes per axis
 * @param options `float`, a parameter and zeros by default
 * @throws ShapeError for a shape that is none
 */
export function variable(
  path: string,
  shape: readonly number[],
  options: VariableOptions = {},
): Variable {
  checkShape(`variable ${path}`, shape);
  const { type = "float", role = "parameter", init = zeros } = options;
  return variableOf(Object.freeze({ path, shape: [...shape], type, role, init }));
}
