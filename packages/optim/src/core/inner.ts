import { add, constant, mul, type Node, sum } from "@metrigrad/graph";

/** Returns the sum of all nodes, a scalar; 0 for an empty list. */
export function total(nodes: readonly Node[]): Node {
  const [first, ...rest] = nodes;
  return first === undefined ? constant(0) : rest.reduce((a, b) => add(a, b), first);
}

/** Returns the inner product Σ aᵢ·bᵢ of two lists of nodes with equal shapes, a scalar. */
export function inner(a: readonly Node[], b: readonly Node[]): Node {
  return total(a.map((one, index) => sum(mul(one, b[index] as Node))));
}
