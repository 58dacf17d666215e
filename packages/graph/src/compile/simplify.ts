import { sameShape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { topological, unfinished } from "../core/topology.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { nodePool } from "./pool.ts";
import { scalarNodes } from "./scalar.ts";

/**
 * An equal graph with less in it: element-wise ops taken apart into single scalar functions,
 * common sub-expressions merged, constants folded, and every op's own rewrites applied. What no
 * root needs is left behind.
 */
export function simplifyGraph(roots: readonly Node[]): Node[] {
  const intern = nodePool();
  const done = new Map<Node, Node>();

  const simplify = (node: Node): Node => {
    const inputs = node.inputs.map((input) => done.get(input) as Node);
    if (node.op.expr !== undefined) {
      const value = scalarNodes(node.op.expr(node), inputs, intern, node);
      done.set(value, value);
      return sameShape(value.shape, node.shape)
        ? value
        : finish(withOrigin(node, () => broadcastTo(value, node.shape)));
    }
    const merged = intern(node.op, inputs, node.attrs, node);
    // Equal nodes are rewritten once: a loop that a rewrite makes is equal to none made before.
    const known = done.get(merged);
    if (known !== undefined) return known;
    const better = withOrigin(merged, () => merged.op.rewrite?.(merged) ?? merged);
    const simple = better === merged ? merged : finish(better);
    done.set(merged, simple);
    return simple;
  };

  const record = (node: Node) => {
    if (done.has(node)) return;
    const simple = simplify(node);
    done.set(simple, simple);
    done.set(node, simple);
  };

  /** Simplifies the few nodes that a rewrite made on top of finished ones. */
  const finish = (node: Node): Node => {
    for (const made of unfinished([node], (at) => done.has(at))) record(made);
    return done.get(node) as Node;
  };

  for (const node of topological(roots)) record(node);
  return roots.map((root) => done.get(root) as Node);
}
