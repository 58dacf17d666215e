import { sameShape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { topological, unfinished } from "../core/topology.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { reshape } from "../ops/reshape.ts";
import { usersOf } from "./fuse.ts";
import { nodePool } from "./pool.ts";
import { scalarNodes } from "./scalar.ts";
import { sinker } from "./sink.ts";

/**
 * An equal graph with less work.
 *
 * Element-wise ops are split into single scalar functions. Equal sub-expressions become one, constants are computed, and the
 * rewrite rule of every op is applied. Nodes that no root needs are left out.
 */
export function simplifyGraph(roots: readonly Node[]): Node[] {
  const intern = nodePool();
  const order = topological(roots);
  const users = usersOf(order);
  const sink = sinker(intern);
  /** Whether all readers of a node are ops that compute it on the way, in a loop over its elements. */
  const passes = (node: Node) => {
    const own = users.get(node) ?? [];
    return own.length > 0 && own.every(({ op }) => op.fusesInput === true);
  };
  const done = new Map<Node, Node>();

  const simplify = (node: Node): Node => {
    const inputs = node.inputs.map((input) => done.get(input) as Node);
    if (node.op.expr !== undefined) {
      const sunk = passes(node) ? null : sink(node.shape, inputs);
      const value = scalarNodes(node.op.expr(node), sunk?.inputs ?? inputs, intern, node);
      done.set(value, value);
      const { shape } = sunk ?? node;
      const whole = sameShape(value.shape, shape)
        ? value
        : finish(withOrigin(node, () => broadcastTo(value, shape)));
      return sunk === null ? whole : finish(withOrigin(node, () => reshape(whole, node.shape)));
    }
    const merged = intern(node.op, inputs, node.attrs, node);
    // Equal nodes are rewritten once. A loop that a rewrite makes is new each time, so a second one would not be equal.
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

  /** Simplifies the few nodes that a rewrite made on top of finished nodes. */
  const finish = (node: Node): Node => {
    for (const made of unfinished([node], (at) => done.has(at))) record(made);
    return done.get(node) as Node;
  };

  for (const node of order) record(node);
  return roots.map((root) => done.get(root) as Node);
}
