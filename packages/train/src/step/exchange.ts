import { type Node, replaceNodes, type Update, type Variable } from "@metrigrad/graph";
import type { Phase } from "@metrigrad/optim";

/** A parameter beside the slot with its average. */
export type AveragePair = readonly [parameter: Variable, average: Variable];

/** The graph of a step as its optimizer made it. */
export interface Made {
  readonly loss: Node;
  readonly outputs: Readonly<Record<string, Node>>;
  readonly phases: readonly Phase[];
  /** Beside those of the optimizer. */
  readonly updates: readonly Update[];
}

/**
 * The same step where parameters and averages have changed places, so that the parameters on the store are the averages, which is
 * what everything but the step reads. Reports are left as they are.
 */
export function exchanged(made: Made, pairs: readonly AveragePair[]): Made {
  if (pairs.length === 0) return made;
  const { loss, outputs, phases, updates } = made;
  // All at once: what they share they still share afterwards.
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

/** Nodes in which parameters and averages have changed places. */
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
