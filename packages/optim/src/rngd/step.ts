import { add, mul, type Node, sub, type Update, type Variable } from "@metrigrad/graph";
import type { OptimizerContext } from "../core/optimizer.ts";
import { slot } from "../core/slot.ts";
import type { FullSettings } from "./settings.ts";

/** θ ← θ − γu with u ← μu + direction, or the direction itself where μ = 0. */
export function stepAlong(
  directions: readonly (readonly [Variable, Node])[],
  context: OptimizerContext,
  settings: FullSettings,
): Update[] {
  const rate = mul(settings.schedule.factor(context.progress), settings.learningRate);
  return directions.flatMap(([variable, direction]): Update[] => {
    if (settings.momentum === 0) return [[variable, sub(variable, mul(rate, direction))]];
    const velocity = slot(variable, "velocity");
    const next = add(mul(velocity, settings.momentum), direction);
    return [
      [velocity, next],
      [variable, sub(variable, mul(rate, next))],
    ];
  });
}
