import type { NamedVariable, Store, VariableSpec } from "@metrigrad/tensor";
import { GraphError } from "@metrigrad/tensor";

/** How many steps were done, as the host knows it; null: as the store says. Steps with one counter share it. */
export interface StepCount {
  done: number | null;
}

/** What an open step uses of a store. */
interface OpenStep {
  readonly name: string;
  readonly specs: ReadonlySet<VariableSpec>;
}

const open = new WeakMap<Store, Set<OpenStep>>();
const counts = new WeakMap<Store, Map<VariableSpec, StepCount>>();

/**
 * Says that a step uses variables; the result says that it does not any more.
 * @throws GraphError where one of `gone`, which shall be removed, is in use
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
    // Who opens a step later reads the counter, which may have been written.
    for (const spec of own.specs) {
      if (![...others].some(({ specs }) => specs.has(spec))) counts.get(store)?.delete(spec);
    }
  };
}

/** The count of a counter: the same object for all steps that share it. */
export function countOf(store: Store, counter: VariableSpec): StepCount {
  const known = counts.get(store) ?? new Map<VariableSpec, StepCount>();
  counts.set(store, known);
  const count = known.get(counter) ?? { done: null };
  known.set(counter, count);
  return count;
}

/** Makes steps read their counters again, since others wrote them. */
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
