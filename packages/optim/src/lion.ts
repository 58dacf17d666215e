import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { scale } from "./transforms/scale.ts";
import { signedMomentum } from "./transforms/signedMomentum.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/**
 * Settings of {@link lion}.
 *
 * @category Optimizers
 */
export interface LionSettings {
  /** The learning rate γ; 1e-4 by default. */
  readonly learningRate?: number;
  /** The decay β₁ of the mean whose sign is the step, in [0, 1]; 0.9 by default. */
  readonly beta1?: number;
  /** The decay β₂ of the mean that is kept, in [0, 1]; 0.99 by default. */
  readonly beta2?: number;
  /** The decay λ: in a step weights shrink by γλ of themselves. Biases do not. 0 by default. */
  readonly weightDecay?: number;
  /** A factor of γ over the run, and so of the step and of the decay; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer Lion: θ ← θ − γ(sign(β₁m + (1−β₁)g) + λθ), m ← β₂m + (1−β₂)g.
 *
 * It is algorithm 2 of Chen et al. (2023, arXiv 2302.06675). Its learning rate is usually a third to a tenth of
 * ADAM's.
 *
 * @param settings - Learning rate, decays, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function lion(settings: LionSettings = {}): Optimizer {
  checkKnown("lion", settings, ["learningRate", "beta1", "beta2", "weightDecay", "schedule"]);
  const { learningRate = 1e-4, beta1 = 0.9, beta2 = 0.99, weightDecay: lambda = 0 } = settings;
  const { schedule = constantSchedule() } = settings;
  checkSchedule("lion", schedule);
  checkSettings(
    "lion",
    { learningRate, beta1, beta2 },
    { learningRate: [0, Number.MAX_VALUE], beta1: [0, 1], beta2: [0, 1] },
  );
  const record = { learningRate, beta1, beta2, weightDecay: lambda, schedule: schedule.name };
  return optimizerOf("lion", record, [
    signedMomentum(beta1, beta2),
    weightDecay(lambda),
    scale(learningRate, schedule),
  ]);
}
