import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { withOrigin } from "../core/scope.ts";
import { topological } from "../core/topology.ts";
import { joinedLoopOp } from "../loop/joined.ts";
import { double, doubleOp, single, singleOp } from "../ops/precision.ts";

/** A graph, and which of its values have 64 bits. */
export interface Widened {
  readonly roots: readonly Node[];
  readonly wide: ReadonlySet<Node>;
}

/**
 * Finds what is computed in 64 bits in a plan of 32: what comes from `double` and has not gone through `single`. Ops that are no
 * loops over elements get all of their floats widened, since kernels take one type; roots are rounded where
 * `rounded` says so, by their index.
 */
export function widen(given: readonly Node[], rounded: (index: number) => boolean): Widened {
  const wide = new Set<Node>();
  const made = new Map<Node, Node>();
  const now = (node: Node) => made.get(node) ?? node;
  const isWide = (node: Node) => wide.has(node) && node.type === "float";
  for (const node of topological(given)) {
    const inputs = node.inputs.map(now);
    if (node.op === (doubleOp as Op)) {
      const kept = inputs[0] as Node;
      if (isWide(kept)) {
        made.set(node, kept);
        continue;
      }
    }
    const mixed = node.op.expr === undefined && inputs.some(isWide);
    const own =
      mixed && node.op !== (singleOp as Op) ? inputs.map((one) => widened(one, wide)) : inputs;
    const same = own.every((input, at) => input === node.inputs[at]);
    const result = same ? node : withOrigin(node, () => makeNode(node.op, own, node.attrs));
    if (result !== node) made.set(node, result);
    if (result.op === (singleOp as Op)) continue;
    const source = result.op.claims?.(result).node;
    // A loop has floats inside, whatever its first result is.
    const counts = result.type === "float" || result.op === (joinedLoopOp as Op);
    const through = source === undefined ? own.some(isWide) : wide.has(source);
    if (counts && (through || result.op === (doubleOp as Op))) wide.add(result);
  }
  const roots = given.map((root, index) => {
    const node = now(root);
    return isWide(node) && rounded(index) ? withOrigin(node, () => single(node)) : node;
  });
  return { roots, wide };
}

/** A value with 64 bits where it is a float. */
function widened(node: Node, wide: Set<Node>): Node {
  if (node.type !== "float" || wide.has(node)) return node;
  const result = withOrigin(node, () => double(node));
  wide.add(result);
  return result;
}
