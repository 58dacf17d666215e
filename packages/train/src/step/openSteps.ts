import type { NamedVariable, Store, VariableSpec } from "@metrigrad/tensor";
import { GraphError } from "@metrigrad/tensor";

/**
 * The number of steps done, as the host knows it; null if it must be read from the store. Steps with one counter
 * share it.
 */
export interface StepCount {
  done: number | null;
}

/** The variables of a store that an open step uses. */
interface OpenStep {
  readonly name: string;
  readonly specs: ReadonlySet<VariableSpec>;
}

const open = new WeakMap<Store, Set<OpenStep>>();
const counts = new WeakMap<Store, Map<VariableSpec, StepCount>>();

/**
 * Marks variables as used by a step, and returns a function that frees them. Throws GraphError if another step uses
 * one of `gone`, which are to be removed.
 */
export function claimSlots(
  where: string,
  store: Store,
  name: string,
  used: readonly NamedVariable[],
  gone: readonly NamedVariable[],
): () => void {
  const others = open.get(store) ?? new Set();
  open.set(store, others);
  for (const { path, spec } of gone) {
    const user = [...others].find(({ specs }) => specs.has(spec));
    if (user !== undefined) throw inUse(where, path, user.name, name);
  }
  const own = { name, specs: new Set(used.map(({ spec }) => spec)) };
  others.add(own);
  return () => {
    others.delete(own);
    // A step that is opened later must read the counter, since others may have written it.
    for (const spec of own.specs) {
      if (![...others].some(({ specs }) => specs.has(spec))) counts.get(store)?.delete(spec);
    }
  };
}

/** Returns the count of a counter, the same object for all steps that share the counter. */
export function countOf(store: Store, counter: VariableSpec): StepCount {
  const known = counts.get(store) ?? new Map<VariableSpec, StepCount>();
  counts.set(store, known);
  const count = known.get(counter) ?? { done: null };
  known.set(counter, count);
  return count;
}

/** Makes the steps on a store read their counters again, since others have written them. */
export function forgetCounts(store: Store): void {
  for (const count of counts.get(store)?.values() ?? []) count.done = null;
}

function inUse(where: string, path: string, user: string, name: string): GraphError {
  return new GraphError({
    where,
    must: `the state of another optimizer for the same parameters must be free, since ${name} begins afresh`,
    got: `${path}, which an open step with ${user} uses`,
    todo: "close that step first: await step.close(); or give the steps different parameters",
  });
}
