import { add, equal, logicalAnd, type Node, type Update, where, withScope } from "@metrigrad/graph";
import { allFinite } from "./finite.ts";
import { failedStep, stepCounter } from "./state.ts";

/**
 * Updates that take effect only while the loss and the new values are finite. The first step where
 * they are not writes its number to `failedStep`; from then on the state, the step counter included,
 * stays as before that step.
 */
export function guardUpdates(loss: Node, updates: readonly Update[]): Update[] {
  return withScope("guard", () => {
    const running = equal(failedStep, 0);
    const finite = allFinite([loss, ...updates.flatMap(judged)]);
    const ok = logicalAnd(running, finite);
    const number = add(stepCounter, 1);
    const failed = where(running, where(finite, 0, number), failedStep);
    return [
      ...updates.map(([variable, value, when]): Update => {
        return [variable, value, when === undefined ? ok : logicalAnd(ok, when)];
      }),
      [stepCounter, number, ok],
      [failedStep, failed],
    ];
  });
}

/**
 * The values that are looked at: all of parameters, and of state what is element-wise. A large
 * accumulated matrix is written where it stands, so it cannot be judged before; what is not finite
 * in it reaches the parameters when it is used, and is caught there.
 */
function judged([variable, value, when]: Update): Node[] {
  if (variable.attrs.role !== "parameter" && value.op.expr === undefined) return [];
  // What is not taken may be anything.
  return [when === undefined ? value : where(when, value, variable)];
}
