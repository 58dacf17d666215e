import { mul } from "@metrigrad/graph";
import { checkSchedule, constantSchedule, type Schedule } from "../core/schedule.ts";
import { checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * u ← γ u, with γ a number times a schedule, or a schedule alone. Throws GraphError for a factor that
 * is negative or not finite.
 */
export function scale(factor: number | Schedule, schedule?: Schedule): Transform {
  const alone = typeof factor === "object" && factor !== null;
  const [number, shape] = alone ? [1, factor] : [factor, schedule ?? constantSchedule()];
  checkSettings("scale", { factor: number }, { factor: [0, Number.MAX_VALUE] });
  checkSchedule("scale", shape);
  return Object.freeze({
    name: "scale",
    settings: { factor: number, schedule: shape.name },
    transform: (step, { progress }) => {
      const rate = mul(shape.factor(progress), number);
      return mapDirections(step, (u) => mul(rate, u));
    },
  } satisfies Transform);
}
