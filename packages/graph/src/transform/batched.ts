import type { Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { dependents, topological } from "../core/topology.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";

/**
 * The outputs for `size` cases at once. Each node in `replace` becomes its value for all cases, with a new leading axis.
 *
 * The batch rules of the ops rebuild what depends on these nodes. The graph grows by a constant factor, whatever the size.
 */
export function batched(
  outputs: readonly Node[],
  replace: ReadonlyMap<Node, Node>,
  size: number,
): Node[] {
  const order = topological(outputs);
  const affected = dependents(order, replace.keys());
  const made = new Map<Node, Node>(replace);
  for (const node of order) {
    if (made.has(node) || !affected.has(node)) continue;
    const flags = node.inputs.map((input) => made.has(input));
    const inputs = node.inputs.map((input) => made.get(input) ?? input);
    made.set(
      node,
      withOrigin(node, () => node.op.batch(node, inputs, flags, size)),
    );
  }
  return outputs.map((node) => made.get(node) ?? broadcastTo(node, [size, ...node.shape]));
}
