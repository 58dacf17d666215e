import type { Update, Variable } from "@metrigrad/graph";
import { type Hold, holdIn } from "@metrigrad/metric";
import type { OptimizerContext } from "./optimizer.ts";

/**
 * Holds whose values are slots of a parameter: what it gives adds the updates of its slots to a list, which a phase
 * runs. All Holds of one call share their slots.
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
