import { type Node, type Op, type OverRanks, overRanksOp, topological } from "@metrigrad/graph";

/** Whether a node is exchanged between ranks. */
export function isExchanged(node: Node): node is Node<OverRanks> {
  return node.op === (overRanksOp as Op);
}

/** The number of exchanges after which each node can be known. */
export function levelsOf(order: readonly Node[]): Map<Node, number> {
  const levels = new Map<Node, number>();
  for (const node of order) {
    const before = Math.max(0, ...node.inputs.map((input) => levels.get(input) ?? 0));
    levels.set(node, isExchanged(node) ? before + 1 : before);
  }
  return levels;
}

/** The number of exchanges that a step has one after the other. */
export function exchangesOf(roots: readonly Node[]): number {
  const levels = levelsOf(topological(roots));
  return Math.max(0, ...roots.map((root) => levels.get(root) ?? 0));
}
