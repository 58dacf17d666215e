import type { Node } from "@metrigrad/graph";

/** Returns the nodes that a node needs and that are not done, inputs before users. */
export function needed(root: Node, isDone: (node: Node) => boolean): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { readonly node: Node; next: number }[] = [];
  const visit = (node: Node) => {
    if (seen.has(node) || isDone(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  visit(root);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const input = top.node.inputs[top.next++];
    if (input !== undefined) {
      visit(input);
      continue;
    }
    order.push(top.node);
    stack.pop();
  }
  return order;
}
