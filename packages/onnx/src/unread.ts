import type { Attribute, OnnxGraph, OnnxNode, Translated } from "./model.ts";

/** Leaves out the nodes and the known values that no output needs, such as windows that a pool takes by itself. */
export function withoutUnread({ graph, known }: Translated): Translated {
  const read = new Set<string>();
  const live = liveNodes(graph, read);
  const kept = [...known].filter(([name]) => read.has(name));
  return { graph: { ...graph, nodes: live }, known: new Map(kept) };
}

/** Returns the nodes of a graph that its outputs need, and adds the names that they read. */
function liveNodes({ nodes, outputs }: OnnxGraph, read: Set<string>): OnnxNode[] {
  for (const { name } of outputs) read.add(name);
  const live: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => read.has(name))) continue;
    for (const name of node.inputs) read.add(name);
    const attrs = Object.entries(node.attrs).map(([name, value]) => {
      return [name, isGraph(value) ? { ...value, nodes: liveNodes(value, read) } : value] as const;
    });
    live.push({ ...node, attrs: Object.fromEntries(attrs) });
  }
  return live.reverse();
}

function isGraph(value: Attribute): value is OnnxGraph {
  return typeof value === "object" && "nodes" in value;
}
