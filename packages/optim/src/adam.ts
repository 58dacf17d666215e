import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { type MomentSettings, momentNames, momentSettings, moments } from "./transforms/moments.ts";
import { scale } from "./transforms/scale.ts";

/**
 * Settings of {@link adam}.
 *
 * @category Optimizers
 */
export interface AdamSettings extends MomentSettings {
  /** The learning rate γ; 0.001 by default. */
  readonly learningRate?: number;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer ADAM: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − γ m̂/(√v̂ + ε).
 *
 * g is the gradient. m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) correct the bias of the first steps t (Kingma and Ba 2015,
 * algorithm 1).
 *
 * {@includeCode ../../../examples/api/optim/adam.ts#example}
 *
 * @param settings - Learning rate, decays of the moments, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function adam(settings: AdamSettings = {}): Optimizer {
  checkKnown("adam", settings, ["learningRate", ...momentNames, "schedule"]);
  const { learningRate = 0.001, schedule = constantSchedule() } = settings;
  checkSchedule("adam", schedule);
  checkSettings("adam", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  const own = momentSettings("adam", settings);
  return optimizerOf("adam", { learningRate, ...own, schedule: schedule.name }, [
    moments(own),
    scale(learningRate, schedule),
  ]);
}
