import { type Node, replaceNodes, type Update, type Variable } from "@metrigrad/graph";
import type { Phase } from "@metrigrad/optim";

/** A parameter, and the slot that has its average. */
export type AveragePair = readonly [parameter: Variable, average: Variable];

/** The graph of a step, as the optimizer has made it. */
export interface Made {
  readonly loss: Node;
  readonly outputs: Readonly<Record<string, Node>>;
  readonly phases: readonly Phase[];
  /** Beside those of the optimizer. */
  readonly updates: readonly Update[];
}

/**
 * Returns the same step with parameters and averages exchanged. The parameters on the store are then the averages,
 * which is what everything except the step reads. Reports stay as they are.
 */
export function exchanged(made: Made, pairs: readonly AveragePair[]): Made {
  if (pairs.length === 0) return made;
  const { loss, outputs, phases, updates } = made;
  // All nodes are replaced in one call, so that nodes that they share stay shared.
  const nodes = [
    loss,
    ...Object.values(outputs),
    ...[...updates, ...phases.flatMap((phase) => phase.updates)].flatMap(valuesOf),
    ...phases.flatMap((phase) => phase.loss ?? []),
  ];
  const moved = exchangedNodes(nodes, pairs);
  const places = new Map<Node, Node>(nodes.map((node, at) => [node, moved[at] as Node]));
  const now = (node: Node) => places.get(node) as Node;
  const other = new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
  const turned = ([variable, value, when]: Update): Update => {
    const target = other.get(variable) ?? variable;
    return when === undefined ? [target, now(value)] : [target, now(value), now(when)];
  };
  return {
    loss: now(loss),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, now(node)])),
    updates: updates.map(turned),
    phases: phases.map((phase) => ({
      ...phase,
      updates: phase.updates.map(turned),
      ...(phase.loss === undefined ? {} : { loss: now(phase.loss) }),
    })),
  };
}

/** Returns the nodes with parameters and averages exchanged. */
export function exchangedNodes(
  nodes: readonly Node[],
  pairs: readonly AveragePair[],
): readonly Node[] {
  const both = pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
  return pairs.length === 0 ? nodes : replaceNodes(nodes, new Map<Node, Node>(both));
}

function valuesOf([, ...values]: Update): readonly Node[] {
  return values as readonly Node[];
}
