import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { stopGradientOp } from "../ops/stopGradient.ts";

/**
 * The nodes that a gradient of a value may come to: all that it is made of, but for what is behind stopped gradients.
 *
 * @param value - Where the gradient begins.
 * @param except - Nodes at which it ends.
 * @returns The nodes, the value among them.
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
