import { type Node, replaceNodes, topological, type Update, where } from "@metrigrad/graph";
import type { Phase } from "@metrigrad/optim";
import { GraphError } from "@metrigrad/tensor";
import { isVariable } from "./state.ts";

/** An update, and the variable's value after it. */
interface Latest {
  readonly update: Update;
  readonly value: Node;
}

/** A phase, with values to be read as they are when it begins. */
export interface ToldPhase extends Phase {
  readonly told?: readonly Node[];
}

/** Phases as one set of updates, and what was to be read, in order. */
export interface Composed {
  readonly updates: readonly Update[];
  readonly told: readonly Node[];
}

/**
 * The updates of phases that take effect in order, as updates that take effect together: in the
 * values and conditions of a later phase, a variable that an earlier one updates is replaced by its
 * new value. Throws GraphError where one phase updates a variable twice.
 */
export function composePhases(phases: readonly ToldPhase[]): Composed {
  const latest = new Map<string, Latest>();
  const told: Node[] = [];
  for (const phase of phases) {
    const [updates, nodes] = withLatest(phase, latest);
    told.push(...nodes);
    const own = new Set<string>();
    const made = updates.map((update) => {
      const { name } = update[0].attrs;
      if (own.has(name)) throw updatedTwice(name);
      own.add(name);
      return [name, after(update, latest.get(name))] as const;
    });
    for (const [name, one] of made) latest.set(name, one);
  }
  return { updates: [...latest.values()].map(({ update }) => update), told };
}

/** An update on top of an earlier one of the same variable. */
function after(update: Update, before: Latest | undefined): Latest {
  const [variable, value, when] = update;
  const chosen = when === undefined ? value : where(when, value, before?.value ?? variable);
  return { update: before === undefined ? update : [variable, chosen], value: chosen };
}

/** Updates and told values of a phase as functions of the variables' new values. */
function withLatest(
  { updates, told = [] }: ToldPhase,
  latest: ReadonlyMap<string, Latest>,
): [updates: readonly Update[], told: readonly Node[]] {
  if (latest.size === 0) return [updates, told];
  const nodes = [...updates.flatMap(([, ...values]) => values as Node[]), ...told];
  const replace = new Map<Node, Node>();
  for (const node of topological(nodes)) {
    const known = isVariable(node) ? latest.get(node.attrs.name) : undefined;
    if (known !== undefined) replace.set(node, known.value);
  }
  const replaced = replaceNodes(nodes, replace);
  const count = nodes.length - told.length;
  let next = 0;
  const moved = updates.map(([variable, , when]): Update => {
    const value = replaced[next++] as Node;
    return when === undefined ? [variable, value] : [variable, value, replaced[next++] as Node];
  });
  return [moved, replaced.slice(count)];
}

function updatedTwice(name: string): GraphError {
  return new GraphError({
    where: "fit, phases of the optimizer",
    must: "a phase may update a variable once",
    got: `two updates of ${name}`,
    todo: "combine them into one value, or put the second into a later phase",
  });
}
