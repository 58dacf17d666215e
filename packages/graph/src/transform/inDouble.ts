import { makeNode, type Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { unfinished } from "../core/topology.ts";
import { uniformValue } from "../ops/constant.ts";
import { double, single } from "../ops/precision.ts";
import { isVariable } from "../ops/variable.ts";

/** Options of `inDouble`. */
export interface InDoubleOptions {
  /** Whether the values are rounded to the store's own floats; true by default. */
  readonly rounded?: boolean;
}

/**
 * Equal values whose nodes inside of a part of the graph are computed in floats of 64 bits, from what the others are in the
 * store's own: such as an ill-conditioned solve in a model of 32 bits. See `double`.
 * @param roots - The values, in the part
 * @param inside - Whether a node belongs to the part
 * @returns nodes of the same shapes and types
 */
export function inDouble(
  roots: readonly Node[],
  inside: (node: Node) => boolean,
  { rounded = true }: InDoubleOptions = {},
): Node[] {
  const made = new Map<Node, Node>();
  const entered = (node: Node) => {
    const known = made.get(node) ?? (uniformValue(node) === null ? double(node) : node);
    made.set(node, known);
    return known;
  };
  for (const node of unfinished(roots, (one) => !inside(one))) {
    if (node.inputs.length === 0 || isVariable(node)) continue;
    const inputs = node.inputs.map(entered);
    made.set(
      node,
      withOrigin(node, () => makeNode(node.op, inputs, node.attrs)),
    );
  }
  return roots.map((root) => {
    if (!inside(root)) return root;
    const value = entered(root);
    return rounded ? withOrigin(root, () => single(value)) : value;
  });
}
