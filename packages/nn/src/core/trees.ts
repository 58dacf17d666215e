import { asNode, isNode, type Node, type NodeLike } from "@metrigrad/graph";
import { isTensor, leavesOf, mapTree, namedLeaves, showShape } from "@metrigrad/tensor";
import type { NodeTree } from "./module.ts";

/** The nodes of a tree, in order. Throws ShapeError for what is no tree of nodes. */
export function nodesOf(tree: NodeTree): Node[] {
  return leavesOf(tree, isNode);
}

/** The nodes of a tree with their paths. Throws ShapeError for what is no tree of nodes. */
export function namedNodes(tree: NodeTree): readonly (readonly [path: string, node: Node])[] {
  return namedLeaves(tree, isNode);
}

/** The tree with each node replaced. */
export function mapNodes<const X extends NodeTree>(
  tree: X,
  f: (node: Node, path: string) => Node,
): X {
  return mapTree(tree as NodeTree, isNode, f) as X;
}

/** What stands for an input: a node, a tensor or numbers; or a tree of nodes and tensors. */
export function asNodeTree(x: unknown): NodeTree {
  if (isNode(x) || isTensor(x) || typeof x === "number") return asNode(x as NodeLike);
  // Nested lists of numbers are one value; a list with a node or a tensor in it is a tree, and so is an empty one.
  if (Array.isArray(x) && x.length > 0 && !holdsValue(x)) return asNode(x as NodeLike);
  return mapTree(x as never, isValue, (leaf) => asNode(leaf)) as NodeTree;
}

function isValue(value: unknown): value is NodeLike {
  return isNode(value) || isTensor(value) || typeof value === "number";
}

function holdsValue(list: readonly unknown[]): boolean {
  return list.some((one) => {
    if (isNode(one) || isTensor(one)) return true;
    if (Array.isArray(one)) return holdsValue(one);
    return typeof one === "object" && one !== null;
  });
}

/** "{ left: [3, 2], right: [3, 4] }". */
export function showTree(tree: NodeTree): string {
  if (isNode(tree)) return showShape(tree.shape);
  if (Array.isArray(tree)) return `[${tree.map(showTree).join(", ")}]`;
  const leaves = Object.entries(tree).map(([name, leaf]) => `${name}: ${showTree(leaf)}`);
  return `{ ${leaves.join(", ")} }`;
}
