import { makeNode, type Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { dependents, topological } from "../core/topology.ts";

/**
 * Replaces some nodes of a graph by other nodes of the same shapes and types.
 *
 * @param outputs - The nodes to rebuild; they do not change.
 * @param replace - For each node its replacement.
 * @returns The new nodes, in the order of `outputs`.
 * @throws {@link ShapeError} if an op refuses the shape or type of a replacement.
 * @category Graph: own ops
 */
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
