import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { stopGradientOp } from "../ops/stopGradient.ts";

/**
 * Returns the nodes that a gradient of a value may reach: everything that the value is made of.
 *
 * The search ends at stopped gradients.
 *
 * @param value - The node where the gradient begins.
 * @param except - Nodes at which the search ends too; none by default.
 * @returns The nodes, with the value itself.
 * @nothrow
 * @category Graph: derivatives
 */
export function gradientReach(
  value: Node,
  except: ReadonlySet<Node> = new Set(),
): ReadonlySet<Node> {
  const seen = new Set<Node>();
  const open = [value];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node) || except.has(node) || node.op === (stopGradientOp as Op)) continue;
    seen.add(node);
    open.push(...node.inputs);
  }
  return seen;
}
