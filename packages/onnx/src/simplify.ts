import { coreOps, makeNode, type Node, type Op, withScope } from "@metrigrad/graph";
import { needed } from "./needed.ts";
import { handlerOf } from "./ops/handlers.ts";

/** Ops that are translated, and yet replaced by equal nodes first, such as a reshape of a reshape. */
const views: ReadonlySet<unknown> = new Set<unknown>([
  coreOps.broadcastTo,
  coreOps.reshape,
  coreOps.transpose,
  coreOps.slice,
  coreOps.pad,
]);

/** Whether an op is translated as it is. */
function isFinal(op: Op): boolean {
  return (op.expr !== undefined || handlerOf(op) !== null) && !views.has(op);
}

/** Makes a function that returns equal graphs of ops that can be translated, as far as ops say how. Known nodes are kept. */
export function simplifier(): (roots: readonly Node[]) => Node[] {
  const done = new Map<Node, Node>();
  const record = (node: Node): void => {
    if (done.has(node)) return;
    const inputs = node.inputs.map((input) => done.get(input) as Node);
    const same = inputs.every((input, at) => input === node.inputs[at]);
    const { op, attrs, scope } = node;
    const now = same ? node : withScope(scope, () => makeNode(op, inputs, attrs));
    const better = isFinal(op) ? now : withScope(scope, () => op.rewrite?.(now) ?? now);
    if (better !== now) finish(better);
    const simple = better === now ? now : (done.get(better) as Node);
    done.set(simple, simple);
    done.set(node, simple);
  };
  const finish = (node: Node): void => {
    for (const one of needed(node, (other) => done.has(other))) record(one);
  };
  return (roots) => {
    for (const root of roots) finish(root);
    return roots.map((root) => done.get(root) as Node);
  };
}
