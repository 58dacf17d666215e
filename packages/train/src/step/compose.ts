import {
  isVariable,
  type Node,
  replaceNodes,
  topological,
  type Update,
  type Variable,
  variableName,
  where,
} from "@metrigrad/graph";
import type { Phase } from "@metrigrad/optim";
import { GraphError } from "@metrigrad/tensor";

/** An update, and the value of its variable after it. */
interface Latest {
  readonly update: Update;
  readonly value: Node;
}

/** A phase, with values to read before its updates. */
export interface ReadPhase extends Phase {
  readonly read?: readonly Node[];
}

/** The phases as one set of updates, and the values to read, in their order. */
export interface Composed {
  readonly updates: readonly Update[];
  readonly read: readonly Node[];
}

/**
 * Returns the updates of phases that take effect in order, as updates that take effect together. In the values and
 * conditions of a later phase, a variable that an earlier one updates is replaced by its new value. Throws GraphError
 * if one phase updates a variable twice.
 */
export function composePhases(door: string, phases: readonly ReadPhase[]): Composed {
  const latest = new Map<Variable, Latest>();
  const read: Node[] = [];
  for (const phase of phases) {
    const [updates, nodes] = withLatest(phase, latest);
    read.push(...nodes);
    const own = new Set<Variable>();
    const made = updates.map((update) => {
      const [variable] = update;
      if (own.has(variable)) throw updatedTwice(door, variable);
      own.add(variable);
      return [variable, after(update, latest.get(variable))] as const;
    });
    for (const [variable, one] of made) latest.set(variable, one);
  }
  return { updates: [...latest.values()].map(({ update }) => update), read };
}

/** Returns the state of a variable after an update that follows an earlier one. */
function after(update: Update, before: Latest | undefined): Latest {
  const [variable, value, when] = update;
  const chosen = when === undefined ? value : where(when, value, before?.value ?? variable);
  return { update: before === undefined ? update : [variable, chosen], value: chosen };
}

/** Returns a phase whose updates and read values use the new values of the variables. */
function withLatest(
  { updates, read = [] }: ReadPhase,
  latest: ReadonlyMap<Variable, Latest>,
): [updates: readonly Update[], read: readonly Node[]] {
  if (latest.size === 0) return [updates, read];
  const nodes = [...updates.flatMap(([, ...values]) => values as Node[]), ...read];
  const replace = new Map<Node, Node>();
  for (const node of topological(nodes)) {
    const known = isVariable(node) ? latest.get(node) : undefined;
    if (known !== undefined) replace.set(node, known.value);
  }
  const replaced = replaceNodes(nodes, replace);
  const count = nodes.length - read.length;
  let next = 0;
  const moved = updates.map(([variable, , when]): Update => {
    const value = replaced[next++] as Node;
    return when === undefined ? [variable, value] : [variable, value, replaced[next++] as Node];
  });
  return [moved, replaced.slice(count)];
}

function updatedTwice(door: string, variable: Variable): GraphError {
  return new GraphError({
    where: `${door}, phases of the optimizer`,
    must: "a phase may update a variable once",
    got: `two updates of ${variableName(variable)}`,
    todo: "combine them into one value, or put the second into a later phase",
  });
}
