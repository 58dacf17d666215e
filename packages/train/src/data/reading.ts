import { inputScaleOf, type Reading } from "@metrigrad/data";
import { cast, input, isNode, mul, type Node } from "@metrigrad/graph";
import type { NodeTree } from "@metrigrad/nn";
import {
  isTensor,
  mapTree,
  namedLeaves,
  type Tensor,
  type Tree,
  valueTypeOf,
} from "@metrigrad/tensor";
import type { FeedSpecs } from "../step/feeds.ts";

/**
 * Returns the inputs of a model: floats, multiplied by the scale of their leaf. Integers stay integers if the scale
 * is 1.
 */
export function scaledInputs(inputs: NodeTree, reading: Reading): NodeTree {
  return mapTree(inputs, isNode, (node, path) => {
    const scale = inputScaleOf(reading, path);
    if (scale === 1) return node.type === "bool" ? cast(node, "float") : node;
    return mul(cast(node, "float"), scale);
  }) as NodeTree;
}

/** Returns the feeds for `rows` rows of each leaf of a tree. Their names are such as "inputs/image". */
export function leafFeeds(part: string, tree: Tree<Tensor>, rows: number): FeedSpecs {
  return Object.fromEntries(
    namedLeaves(tree, isTensor).map(([path, { dtype, shape }]) => {
      const spec = { shape: [rows, ...shape.slice(1)], type: valueTypeOf(dtype) };
      return [feedName(part, path), spec];
    }),
  );
}

/** Returns the nodes of the feeds of `leafFeeds`, in the form of the tree. Halves become floats, as where rows are gathered. */
export function feedTree(
  part: string,
  tree: Tree<Tensor>,
  feeds: Readonly<Record<string, Node>>,
): NodeTree {
  return mapTree(tree, isTensor, (_, path) => {
    const node = feeds[feedName(part, path)] as Node;
    return node.type === "f16" ? cast(node, "float") : node;
  }) as NodeTree;
}

/** Returns values for the feeds of `leafFeeds`. */
export function leafValues(part: string, tree: Tree<Tensor>): Record<string, Tensor> {
  return Object.fromEntries(
    namedLeaves(tree, isTensor).map(([path, leaf]) => [feedName(part, path), leaf]),
  );
}

/** The input nodes of feeds. */
export function inputsOf(feeds: FeedSpecs): Record<string, Node> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, spec]) => {
      const { shape, type } = spec as { shape: readonly number[]; type: Node["type"] };
      return [name, input(name, shape, type)];
    }),
  );
}

function feedName(part: string, path: string): string {
  return path === "" ? part : `${part}/${path}`;
}
