import type { Node } from "./node.ts";

/** Every node that the roots need, inputs before users; without recursion. */
export function topological(roots: readonly Node[]): Node[] {
  return unfinished(roots, () => false);
}

/** The nodes that the roots need and that are not done, inputs before users, each once. */
export function unfinished(roots: readonly Node[], done: (node: Node) => boolean): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const visit = (node: Node) => {
    if (seen.has(node) || done(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    visit(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input !== undefined) {
        visit(input);
      } else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** Those of `order` (topological) that depend on one of the sources, the sources included. */
export function dependents(order: readonly Node[], sources: Iterable<Node>): Set<Node> {
  const found = new Set<Node>(sources);
  for (const node of order) {
    if (node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}
