import { constant, mul, type Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { checkSchedule, constantSchedule, type Schedule } from "../core/schedule.ts";
import { checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * Makes a link of a {@link chain} that multiplies the step by a learning rate: u ← γu.
 *
 * γ is a number times the factor of a schedule, or the factor alone: `scale(0.1)`, `scale(0.1, cosineSchedule())`,
 * `scale(cosineSchedule())`.
 *
 * @param factor - The number, 0 or more, or a schedule in its place.
 * @param schedule - The schedule beside a number; {@link constantSchedule} by default.
 * @returns The transform.
 * @throws {@link GraphError} if the number is negative or not finite, or if the schedule is not one. When a step is
 *   built: if the schedule needs a run of known length, and the run has none.
 * @category Optimizers: combining
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

/** Whether the progress is a constant, so that it never changes in the run. */
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
