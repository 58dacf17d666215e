import type { Node, Update } from "@metrigrad/graph";

/** What a step computes. */
export interface Whole {
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
}

/** Returns all values of a step: its outputs, and the values and conditions of its updates. */
export function valuesOf({ outputs, updates }: Whole): readonly Node[] {
  return [...outputs, ...updates.flatMap(([, ...values]) => values as Node[])];
}

/** Returns the same step with other values, in the order of `valuesOf`. */
export function withValues(whole: Whole, values: readonly Node[]): Whole {
  const outputs = values.slice(0, whole.outputs.length);
  let next = outputs.length;
  const updates = whole.updates.map(([target, , when]): Update => {
    const value = values[next++] as Node;
    return when === undefined ? [target, value] : [target, value, values[next++] as Node];
  });
  return { outputs, updates };
}
