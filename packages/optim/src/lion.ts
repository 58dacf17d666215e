import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { scale } from "./transforms/scale.ts";
import { signedMomentum } from "./transforms/signedMomentum.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/** Settings of Lion. */
export interface LionSettings {
  /** γ; 1e-4 by default. */
  readonly learningRate?: number;
  /** β₁ of the mean whose sign is the step; 0.9 by default. */
  readonly beta1?: number;
  /** β₂ of the mean that is kept; 0.99 by default. */
  readonly beta2?: number;
  /** λ: weights decay by γλ of themselves in a step, biases do not; 0 by default. */
  readonly weightDecay?: number;
  /** Of γ, and so of both; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Lion: θ ← θ − γ(sign(β₁m + (1−β₁)g) + λθ), m ← β₂m + (1−β₂)g (Chen et al. 2023, arXiv 2302.06675, algorithm 2). Its
 * learning rate is usually a third to a tenth of ADAM's.
 * @param settings - What is not given has its default.
 * @returns an optimizer
 * @throws GraphError for settings out of range
 */
export function lion(settings: LionSettings = {}): Optimizer {
  checkKnown("lion", settings, ["learningRate", "beta1", "beta2", "weightDecay", "schedule"]);
  const { learningRate = 1e-4, beta1 = 0.9, beta2 = 0.99, weightDecay: lambda = 0 } = settings;
  const { schedule = constantSchedule() } = settings;
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
