import { checkOptions } from "../core/checkOptions.ts";
import { makeNode, type Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { unfinished } from "../core/topology.ts";
import { uniformValue } from "../ops/constant.ts";
import { double, single } from "../ops/precision.ts";
import { isVariable } from "../ops/variable.ts";

/**
 * Options of {@link inDouble}.
 *
 * @category Ops: numerics
 */
export interface InDoubleOptions {
  /** Whether the results are rounded to the store's float type; true by default. */
  readonly rounded?: boolean;
}

/**
 * Computes a part of a graph in 64-bit floats, in a store of 32 bits.
 *
 * An example is an ill-conditioned solve in a model of 32 bits. Values that enter the part are widened. See {@link double} for
 * the rules; on a backend that has only 32 bits nothing changes.
 *
 * @param roots - The values to compute. Those that are not in the part stay as they are.
 * @param inside - Whether a node belongs to the part.
 * @param options - Whether the results are rounded to 32 bits.
 * @returns Nodes of the same shapes and types, in the order of `roots`.
 * @nothrow
 * @category Ops: numerics
 */
export function inDouble(
  roots: readonly Node[],
  inside: (node: Node) => boolean,
  options: InDoubleOptions = {},
): Node[] {
  checkOptions("inDouble", options, ["rounded"]);
  const { rounded = true } = options;
  const made = new Map<Node, Node>();
  /** A value as the part reads it: 64 bits if it comes from outside. A single known number needs no widening. */
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
