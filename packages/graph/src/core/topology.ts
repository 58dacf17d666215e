import type { Node } from "./node.ts";

/**
 * Returns every node that some nodes need, inputs before the nodes that use them.
 *
 * It does not recurse, so deep graphs are fine.
 *
 * @param roots - The nodes.
 * @returns The nodes that they need, with themselves, each once.
 * @nothrow
 * @category Graph: own ops
 */
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

/** The nodes of `order` that depend on one of the sources, and the sources. `order` has inputs before users. */
export function dependents(order: readonly Node[], sources: Iterable<Node>): Set<Node> {
  const found = new Set<Node>(sources);
  for (const node of order) {
    if (node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}
