import { checkShape, GraphError, type VariableSpec } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { checkValueType } from "../core/checkValueType.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";

let specs = 0;
const numbers = new WeakMap<VariableSpec, number>();

/** Returns a text for each variable. It is equal for the same object only. */
function keyOf(spec: VariableSpec): string {
  const number = numbers.get(spec) ?? specs++;
  numbers.set(spec, number);
  return String(number);
}

/**
 * The value that a variable of a store has before the run. The attributes are the variable itself.
 */
export const variableOp: Op<VariableSpec> = {
  name: "variable",
  infer: (_, { shape, type }) => ({ shape, type }),
  vjp: () => [],
  batch: (node) => node,
  lower: (node, context) => context.place(node, context.variable(node)),
  key: keyOf,
};

/**
 * A node that stands for a variable; see {@link variable}.
 *
 * @category Graph: compile and run
 */
export type Variable = Node<VariableSpec>;

/**
 * Options of {@link variable}: element type, role and initial values.
 *
 * @category Graph: compile and run
 */
export type VariableOptions = Partial<Pick<VariableSpec, "type" | "role" | "init">>;

/**
 * Tells whether a node stands for a variable.
 *
 * @param node - The node.
 * @returns Whether it is a variable.
 * @nothrow
 * @category Graph: compile and run
 */
export function isVariable(node: Node): node is Variable {
  return node.op === (variableOp as Op);
}

const nodes = new WeakMap<VariableSpec, Variable>();

/**
 * Returns the node of a variable. Two calls with the same variable return the same node.
 *
 * @param spec - The variable.
 * @returns The node that stands for it.
 * @nothrow
 * @category Graph: compile and run
 */
export function variableOf(spec: VariableSpec): Variable {
  const node = nodes.get(spec) ?? makeNode(variableOp, [], spec);
  nodes.set(spec, node);
  return node;
}

/**
 * Returns the name of a variable in messages.
 *
 * @param variable - The node of the variable.
 * @returns The variable's own path, or else the scope in which the node was made, or else its role.
 * @nothrow
 * @category Graph: compile and run
 */
export function variableName({ attrs, scope }: Variable): string {
  return attrs.path ?? (scope === "" ? attrs.role : scope);
}

/** Returns zeros for any shape. */
const zeros: VariableSpec["init"] = ({ shape }) =>
  new Float64Array(shape.reduce((a, b) => a * b, 1));

/**
 * Makes a variable: a value that lives in stores and keeps its value from run to run.
 *
 * Every call makes a new variable, also if the path is the same. To use a variable in several
 * places, keep the node.
 *
 * @param path - The name of the variable in a store.
 * @param shape - The shape.
 * @param options - The element type, `float` by default; the role, `parameter` by default; the
 *   initial values, zeros by default.
 * @returns The node that stands for the variable.
 * @throws {@link ShapeError} if the shape is not a list of sizes.
 * @throws {@link GraphError} if an option is unknown, if the type is none, or if a parameter is not float.
 * @category Graph: compile and run
 */
export function variable(
  path: string,
  shape: readonly number[],
  options: VariableOptions = {},
): Variable {
  checkShape(`variable ${path}`, shape);
  checkOptions(`variable ${path}`, options, ["type", "role", "init"]);
  const { type = "float", role = "parameter", init = zeros } = options;
  checkValueType(
    `variable ${path}`,
    type,
    'call variable("n", [2], { type: "i32", role: "state" }), or leave it out for "float"',
  );
  if (role === "parameter" && type !== "float") {
    throw new GraphError({
      where: `variable ${path}`,
      must: "a parameter must be float",
      got: type,
      todo: 'pass role: "state" or "data", or leave the type out',
    });
  }
  return variableOf(Object.freeze({ path, shape: [...shape], type, role, init }));
}
