import { type Node, replaceNodes, topological, type Update } from "@metrigrad/graph";
import type { Phase } from "@metrigrad/optim";
import { GraphError } from "@metrigrad/tensor";
import { isVariable } from "./state.ts";

/**
 * The updates of phases that take effect in order, as updates that take effect together: in the
 * values of a later phase, a variable that an earlier one updates is replaced by its new value.
 * Throws GraphError where one phase updates a variable twice.
 */
export function composePhases(phases: readonly Phase[]): Update[] {
  const latest = new Map<string, Update>();
  for (const { updates } of phases) {
    const values = withLatest(
      updates.map(([, value]) => value),
      latest,
    );
    const own = new Set<string>();
    updates.forEach(([variable], index) => {
      const { name } = variable.attrs;
      if (own.has(name)) throw updatedTwice(name);
      own.add(name);
      latest.set(name, [variable, values[index] as Node]);
    });
  }
  return [...latest.values()];
}

/** The values as functions of the variables' new values. */
function withLatest(values: readonly Node[], latest: ReadonlyMap<string, Update>): readonly Node[] {
  if (latest.size === 0) return values;
  const replace = new Map<Node, Node>();
  for (const node of topological(values)) {
    const update = isVariable(node) ? latest.get(node.attrs.name) : undefined;
    if (update !== undefined) replace.set(node, update[1]);
  }
  return replaceNodes(values, replace);
}

function updatedTwice(name: string): GraphError {
  return new GraphError({
    where: "fit, phases of the optimizer",
    must: "a phase may update a variable once",
    got: `two updates of ${name}`,
    todo: "combine them into one value, or put the second into a later phase",
  });
}
