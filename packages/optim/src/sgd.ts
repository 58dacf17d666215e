import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { scale } from "./transforms/scale.ts";

/**
 * Settings of {@link sgd}.
 *
 * @category Optimizers
 */
export interface SgdSettings {
  /** The learning rate γ; 0.1 by default. */
  readonly learningRate?: number;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer of gradient descent: θ ← θ − γ ∂L/∂θ.
 *
 * {@includeCode ../../../examples/api/optim/sgd.ts#example}
 *
 * @param settings - Learning rate and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown, or if the learning rate is negative or not finite.
 * @category Optimizers
 */
export function sgd(settings: SgdSettings = {}): Optimizer {
  checkKnown("sgd", settings, ["learningRate", "schedule"]);
  const { learningRate = 0.1, schedule = constantSchedule() } = settings;
  checkSchedule("sgd", schedule);
  checkSettings("sgd", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  return optimizerOf("sgd", { learningRate, schedule: schedule.name }, [
    scale(learningRate, schedule),
  ]);
}
