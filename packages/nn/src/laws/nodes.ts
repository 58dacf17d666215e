import { isNode, type Node, reshape } from "@metrigrad/graph";
import { leavesOf, mapTree, ShapeError, sameShape, showShape } from "@metrigrad/tensor";

/** Returns the nodes of a tree. Throws ShapeError if a leaf is not a node. */
export function nodesOf(tree: unknown): readonly Node[] {
  return leavesOf<Node>(tree as Node, isNode);
}

/** Returns a tree with other nodes. Throws ShapeError if a leaf is not a node. */
export function mapNodes<T>(tree: T, f: (node: Node) => Node): T {
  return mapTree<Node, Node, Node>(tree as Node, isNode, f) as T;
}

/** Returns the number of samples of a tree of nodes, the size of the first axis. Throws ShapeError. */
export function samplesOf(where: string, tree: unknown): number {
  return leadOf(where, tree, 1)[0] as number;
}

/** Returns the first axes, which all nodes of a tree must share. Throws ShapeError. */
export function leadOf(where: string, tree: unknown, axes: number): readonly number[] {
  const nodes = nodesOf(tree);
  const lead = nodes[0]?.shape.slice(0, axes) ?? [];
  const fits = ({ shape }: Node) => shape.length >= axes && sameShape(shape.slice(0, axes), lead);
  if (nodes.length > 0 && nodes.every(fits)) return lead;
  throw new ShapeError({
    where,
    must: `all values must have the same ${axes} first ${axes === 1 ? "axis" : "axes"}`,
    got: nodes.map(({ shape }) => showShape(shape)).join(" and ") || "none",
    todo: "put samples first, then the axes of independent responses",
  });
}

/** Returns a tree whose nodes have their first axes joined to one. */
export function folded<T>(tree: T, lead: readonly number[]): T {
  const rows = lead.reduce((product, size) => product * size, 1);
  return mapNodes(tree, (node) => reshape(node, [rows, ...node.shape.slice(lead.length)]));
}

/** Returns a tree whose nodes have their first axis split into several. */
export function unfolded<T>(tree: T, lead: readonly number[]): T {
  return mapNodes(tree, (node) => reshape(node, [...lead, ...node.shape.slice(1)]));
}
