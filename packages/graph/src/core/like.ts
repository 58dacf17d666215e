import {
  GraphError,
  isTensor,
  type NestedArray,
  type Tensor,
  tensor,
  type ValueType,
} from "@metrigrad/tensor";
import { constant } from "../ops/constant.ts";
import { isNode, type Node } from "./node.ts";

/**
 * The type of the operands of ops: a node, a number, a host tensor or nested arrays.
 *
 * @category Graph: compile and run
 */
export type NodeLike = Node | number | Tensor | readonly NestedArray[];

/**
 * Makes a node of a value. A node stays as it is, and all other values become constants.
 *
 * @param value - A node, a number, a tensor or nested arrays.
 * @param type - The type of the constant if the value is a number; "float" by default.
 * @returns The node.
 * @throws {@link GraphError} if the value is undefined or null.
 * @throws {@link ShapeError} if nested arrays have unequal lengths, or if a number with a fraction meets an integer type.
 * @category Graph: own ops
 */
export function asNode(value: NodeLike, type: ValueType = "float"): Node {
  if (isNode(value)) return value;
  if (typeof value === "number") return constant(value, type);
  if (value === undefined || value === null) {
    throw new GraphError({
      where: "an op",
      must: "its operands must be nodes, numbers, tensors or nested arrays",
      got: String(value),
      todo: "look whether the tree of inputs has the leaf by that name",
    });
  }
  return constant(isTensor(value) ? value : tensor(value));
}

/**
 * Makes nodes of several values. Numbers take the type of the first value that is no number.
 *
 * @param values - Nodes, numbers, tensors or nested arrays.
 * @returns The nodes, in the same order.
 * @throws {@link GraphError} if a value is undefined or null.
 * @throws {@link ShapeError} if nested arrays have unequal lengths, or if a number with a fraction meets an integer type.
 * @category Graph: own ops
 */
export function asNodes(values: readonly NodeLike[]): Node[] {
  const typed = values.find((value) => typeof value !== "number");
  const type = typed === undefined ? "float" : asNode(typed).type;
  return values.map((value) => asNode(value, type));
}
