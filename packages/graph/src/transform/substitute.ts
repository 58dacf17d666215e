import { makeNode, type Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { dependents, topological } from "../core/topology.ts";

/** The same outputs with some nodes replaced by others of the same shape and type. */
export function substitute(outputs: readonly Node[], replace: ReadonlyMap<Node, Node>): Node[] {
  const order = topological(outputs);
  const affected = dependents(order, replace.keys());
  const made = new Map<Node, Node>(replace);
  const now = (node: Node) => made.get(node) ?? node;
  for (const node of order) {
    if (made.has(node) || !affected.has(node)) continue;
    made.set(
      node,
      withOrigin(node, () => makeNode(node.op, node.inputs.map(now), node.attrs)),
    );
  }
  return outputs.map(now);
}
