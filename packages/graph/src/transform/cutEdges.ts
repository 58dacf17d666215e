import { makeNode, type Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { dependents, topological } from "../core/topology.ts";
import { stopGradient } from "../ops/stopGradient.ts";

/**
 * Returns the same outputs, without gradients along some edges of the graph. Values do not change.
 *
 * @param outputs - The nodes.
 * @param edges - The edges: pairs of a node and the position of one of its inputs.
 * @returns Nodes of equal value. No gradient passes along the given edges.
 * @nothrow
 * @category Graph: derivatives
 */
export function cutEdges(
  outputs: readonly Node[],
  edges: readonly (readonly [node: Node, input: number])[],
): Node[] {
  const cuts = new Map<Node, Set<number>>();
  for (const [node, input] of edges) cuts.set(node, (cuts.get(node) ?? new Set()).add(input));
  const order = topological(outputs);
  const affected = dependents(order, cuts.keys());
  const made = new Map<Node, Node>();
  const now = (node: Node) => made.get(node) ?? node;
  // Results of one loop must keep equal inputs, or they would no longer be results of one loop. So each stop is made once.
  const stopped = new Map<Node, Node>();
  const stop = (node: Node): Node => {
    const known = stopped.get(node) ?? stopGradient(node);
    stopped.set(node, known);
    return known;
  };
  for (const node of order) {
    if (!affected.has(node)) continue;
    const cut = cuts.get(node);
    const inputs = node.inputs.map((input, at) =>
      cut?.has(at) === true ? stop(now(input)) : now(input),
    );
    made.set(
      node,
      withOrigin(node, () => makeNode(node.op, inputs, node.attrs)),
    );
  }
  return outputs.map(now);
}
