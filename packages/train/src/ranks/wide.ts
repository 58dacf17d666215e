import type { Node } from "@metrigrad/graph";

/** The nodes whose values have 64 bits in a store of 32: what follows from `double`, up to `single`. `order` has inputs before users. */
export function wideNodes(order: readonly Node[]): ReadonlySet<Node> {
  const wide = new Set<Node>();
  for (const node of order) {
    const { name } = node.op;
    if (name === "single") continue;
    if (name === "double" || node.inputs.some((input) => wide.has(input))) wide.add(node);
  }
  return wide;
}
