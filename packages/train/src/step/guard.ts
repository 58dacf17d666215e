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

/** What a guarded step counts with. */
export interface GuardCounters {
  /** Steps done before this one, i32. */
  readonly number: Node;
  /** Becomes the number of steps done. */
  readonly counter: Variable;
  /** Becomes the number, from 1, of the first step that is not finite. */
  readonly failed: Variable;
}

/** Updates under the guard, and the value of `failed` after them. */
export interface Guarded {
  readonly updates: readonly Update[];
  readonly failed: Node;
}

/**
 * Updates that take effect only while the loss and the new values are finite. The first step where
 * they are not writes its number to `failed`; from then on the state, the step counter included,
 * stays as before that step.
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

/** Updates and the counter without a guard. */
export function plainUpdates(
  _loss: Node,
  updates: readonly Update[],
  { number, counter, failed }: GuardCounters,
): Guarded {
  return { updates: [...updates, [counter, add(number, 1)]], failed };
}

/**
 * The values that are looked at: all of parameters, and of state what is element-wise. A large
 * accumulated matrix is written where it stands, so it cannot be checked before; what is not finite
 * in it reaches the parameters when it is used, and is caught there.
 */
function checkedValues([variable, value, when]: Update): Node[] {
  if (variable.attrs.role !== "parameter" && value.op.expr === undefined) return [];
  // What is not taken may be anything; what is taken is rounded to what the variable holds.
  const rounded = single(value);
  return [when === undefined ? rounded : where(when, rounded, variable)];
}
