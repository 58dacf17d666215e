import { add, constant, mul, type Node, sum } from "@metrigrad/graph";

/** Σ of all nodes, a scalar; 0 of none. */
export function total(nodes: readonly Node[]): Node {
  const [first, ...rest] = nodes;
  return first === undefined ? constant(0) : rest.reduce((a, b) => add(a, b), first);
}

/** Σ aᵢ·bᵢ over lists of equal shapes. */
export function inner(a: readonly Node[], b: readonly Node[]): Node {
  return total(a.map((one, index) => sum(mul(one, b[index] as Node))));
}
