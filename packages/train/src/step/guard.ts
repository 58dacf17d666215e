import { add, equal, logicalAnd, type Node, type Update, where, withScope } from "@metrigrad/graph";
import { allFinite } from "./finite.ts";
import { failedStep, stepCounter } from "./state.ts";

/**
 * Updates that take effect only while the loss and all new values are finite. The first step where
 * they are not writes its number to `failedStep`; from then on the state, the step counter included,
 * stays as before that step.
 */
export function guardUpdates(loss: Node, updates: readonly Update[]): Update[] {
  return withScope("guard", () => {
    const values = updates.map(([, value]) => value);
    const running = equal(failedStep, 0);
    const finite = allFinite([loss, ...values]);
    const ok = logicalAnd(running, finite);
    const number = add(stepCounter, 1);
    const failed = where(running, where(finite, 0, number), failedStep);
    return [
      ...updates.map(([variable, value]): Update => [variable, where(ok, value, variable)]),
      [stepCounter, where(ok, number, stepCounter)],
      [failedStep, failed],
    ];
  });
}
