import type { Update, Variable } from "@metrigrad/graph";
import { type Hold, holdIn } from "@metrigrad/metric";
import type { OptimizerContext } from "./optimizer.ts";

/**
 * Returns a function that makes Holds, whose values are slots of a parameter. A Hold adds the updates of its slots to
 * the list that it was made with, and a phase runs that list. All Holds of one call share their slots.
 */
export function holdsOf(
  parameter: Variable,
  { slot }: OptimizerContext,
): (updates: Update[]) => Hold {
  const slots = new Map<string, Variable>();
  return (updates) =>
    holdIn(
      slots,
      (name, first) => slot(parameter, name, first),
      (made, next) => {
        updates.push([made, next]);
      },
    );
}
