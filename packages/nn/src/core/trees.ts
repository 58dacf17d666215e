import { asNode, isNode, type Node, type NodeLike } from "@metrigrad/graph";
import { isTensor, leavesOf, mapTree, namedLeaves, showShape } from "@metrigrad/tensor";
import type { NodeTree } from "./module.ts";

/**
 * Returns the nodes of a tree in their order.
 *
 * @param tree - A node, or lists and records of nodes.
 * @returns The nodes.
 * @throws {@link ShapeError} if a leaf is not a node.
 * @category Models: own modules
 */
export function nodesOf(tree: NodeTree): Node[] {
  return leavesOf(tree, isNode);
}

/**
 * Returns the nodes of a tree with their paths, in their order.
 *
 * @param tree - A node, or lists and records of nodes.
 * @returns Pairs of a path, such as "left/0", and a node. The path of a single node is "".
 * @throws {@link ShapeError} if a leaf is not a node.
 * @category Models: own modules
 */
export function namedNodes(tree: NodeTree): readonly (readonly [path: string, node: Node])[] {
  return namedLeaves(tree, isNode);
}

/**
 * Returns the tree with each node replaced.
 *
 * @param tree - A node, or lists and records of nodes.
 * @param f - Takes a node and its path, and returns the node in its place.
 * @returns A tree of the same structure.
 * @throws {@link ShapeError} if a leaf is not a node.
 * @category Models: own modules
 */
export function mapNodes<const X extends NodeTree>(
  tree: X,
  f: (node: Node, path: string) => Node,
): X {
  return mapTree(tree as NodeTree, isNode, f) as X;
}

/**
 * Returns an input as a tree of nodes.
 *
 * Nested lists of numbers are one value. A list that contains a node or a tensor is a tree.
 *
 * @param x - A node, a tensor or numbers, or a tree of these.
 * @returns The tree, with constants in the place of tensors and numbers.
 * @throws {@link ShapeError} if a leaf is not a node, a tensor or a number, or if nested lists differ in length.
 * @category Models: own modules
 */
export function asNodeTree(x: unknown): NodeTree {
  if (isNode(x) || isTensor(x) || typeof x === "number") return asNode(x as NodeLike);
  // Nested lists of numbers are one value. A list with a node or a tensor in it is a tree, and so is an empty list.
  if (Array.isArray(x) && x.length > 0 && !holdsValue(x)) return asNode(x as NodeLike);
  return mapTree(x as never, isValue, (leaf) => asNode(leaf)) as NodeTree;
}

function isValue(value: unknown): value is NodeLike {
  return isNode(value) || isTensor(value) || typeof value === "number";
}

/** Returns whether a list contains a node, a tensor or a record at any depth. */
function holdsValue(list: readonly unknown[]): boolean {
  return list.some((one) => {
    if (isNode(one) || isTensor(one)) return true;
    if (Array.isArray(one)) return holdsValue(one);
    return typeof one === "object" && one !== null;
  });
}

/** Returns the shapes of a tree as text: "{ left: [3, 2], right: [3, 4] }". */
export function showTree(tree: NodeTree): string {
  if (isNode(tree)) return showShape(tree.shape);
  if (Array.isArray(tree)) return `[${tree.map(showTree).join(", ")}]`;
  const leaves = Object.entries(tree).map(([name, leaf]) => `${name}: ${showTree(leaf)}`);
  return `{ ${leaves.join(", ")} }`;
}
