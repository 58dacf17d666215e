import { constant, mul, type Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { checkSchedule, constantSchedule, type Schedule } from "../core/schedule.ts";
import { checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * u ← γ u, with γ a number times a schedule, or a schedule alone. Throws GraphError for a factor that
 * is negative or not finite; a step of it throws GraphError for a schedule that needs a run of known length where
 * there is none.
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
      if (shape.needsEnd === true && isFixed(progress)) throw endless(shape);
      const rate = mul(shape.factor(progress), number);
      return mapDirections(step, (u) => mul(rate, u));
    },
  } satisfies Transform);
}

/** Whether the progress of a run never changes. */
function isFixed(progress: Node): boolean {
  return progress.op === constant(0).op;
}

function endless({ name }: Schedule): GraphError {
  return new GraphError({
    where: `schedule ${name}`,
    must: "the length of the run must be known",
    got: "a run without an end, in which the learning rate would stay 0",
    todo: "pass { steps } to trainingStep, or { rows } to streamData",
  });
}
