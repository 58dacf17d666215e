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

/** What doors accept for a value: a node, a number, a host tensor or nested arrays. */
export type NodeLike = Node | number | Tensor | readonly NestedArray[];

/** A node for a value; bare numbers become constants of the given type. Throws GraphError for no value at all. */
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

/** Nodes for several values; bare numbers take the type of the first value that is not one. */
export function asNodes(values: readonly NodeLike[]): Node[] {
  const typed = values.find((value) => typeof value !== "number");
  const type = typed === undefined ? "float" : asNode(typed).type;
  return values.map((value) => asNode(value, type));
}
