import {
  add,
  equal,
  logicalAnd,
  type Node,
  single,
  type Update,
  type Variable,
  where,
  withScope,
} from "@metrigrad/graph";
import { allFinite } from "./finite.ts";

/** The counters of a guarded step. */
export interface GuardCounters {
  /** The number of steps done before this one, i32. */
  readonly number: Node;
  /** The variable that gets the number of steps done. */
  readonly counter: Variable;
  /** The variable that gets the number, from 1, of the first step that is not finite. */
  readonly failed: Variable;
}

/** Updates under the guard, and the value of `failed` after them. */
export interface Guarded {
  readonly updates: readonly Update[];
  readonly failed: Node;
}

/**
 * Returns updates that take effect only while the loss and the new values are finite. The first step that is not
 * finite writes its number to `failed`. From then on the state, step counter included, stays as before that step.
 */
export function guardUpdates(
  loss: Node,
  updates: readonly Update[],
  { number, counter, failed }: GuardCounters,
): Guarded {
  return withScope("guard", () => {
    const running = equal(failed, 0);
    const finite = allFinite([loss, ...updates.flatMap(checkedValues)]);
    const ok = logicalAnd(running, finite);
    const next = add(number, 1);
    const failedNext = where(running, where(finite, 0, next), failed);
    return {
      updates: [
        ...updates.map(([variable, value, when]): Update => {
          return [variable, value, when === undefined ? ok : logicalAnd(ok, when)];
        }),
        [counter, next, ok],
        [failed, failedNext],
      ],
      failed: failedNext,
    };
  });
}

/** Returns the updates and that of the counter, without a guard. */
export function plainUpdates(
  _loss: Node,
  updates: readonly Update[],
  { number, counter, failed }: GuardCounters,
): Guarded {
  return { updates: [...updates, [counter, add(number, 1)]], failed };
}

/**
 * Returns the values to check: all of parameters, and of the state those that are element-wise. A large accumulated
 * matrix is updated in place, so it cannot be checked before. A value in it that is not finite reaches the parameters
 * when it is used, and is found there.
 */
function checkedValues([variable, value, when]: Update): Node[] {
  if (variable.attrs.role !== "parameter" && value.op.expr === undefined) return [];
  // A value that the update does not take may be anything. A taken value is rounded to the type of the variable.
  const rounded = single(value);
  return [when === undefined ? rounded : where(when, rounded, variable)];
}
