import { isTensor, mapTree, ShapeError, type Tensor, type Tree } from "@metrigrad/tensor";
import { asNode } from "./like.ts";
import { isNode, type Node } from "./node.ts";

/**
 * The type of a leaf in the trees that functions take: a node, a host tensor or a number. A list is part of the tree.
 *
 * @category Graph: loops and maps
 */
export type LeafLike = Node | Tensor | number;

/**
 * The type of the tree `X` with a node for each leaf.
 *
 * @category Graph: loops and maps
 */
export type NodeTreeOf<X> = [Tree<Node>] extends [X]
  ? Tree<Node>
  : X extends LeafLike
    ? Node
    : { readonly [K in keyof X]: NodeTreeOf<X[K]> };

/** The tree with a node for each leaf. Throws ShapeError if it is no tree of nodes, tensors and numbers. */
export function nodeTree(where: string, tree: unknown): Tree<Node> {
  try {
    return mapTree(tree as Tree<LeafLike>, isLeafLike, (leaf) => asNode(leaf)) as Tree<Node>;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new ShapeError({
      where,
      must: "it must be a node, a tensor, a number, or a list or record of these",
      got: error.parts.got,
      todo: "pass constant(…) for data, and {} where there is nothing",
    });
  }
}

function isLeafLike(value: unknown): value is LeafLike {
  return typeof value === "number" || isNode(value) || isTensor(value);
}
