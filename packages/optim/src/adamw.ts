import type { AdamSettings } from "./adam.ts";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import { momentNames, momentSettings, moments } from "./transforms/moments.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/**
 * Settings of {@link adamw} and {@link lamb}.
 *
 * @category Optimizers
 */
export interface AdamwSettings extends AdamSettings {
  /** The decay λ: in a step weights shrink by γλ of themselves. 0.01 by default. */
  readonly weightDecay?: number;
  /** Whether biases and scales decay too; false by default. */
  readonly decayBiases?: boolean;
}

/**
 * Makes the optimizer AdamW, which is ADAM with weight decay apart from the moments: θ ← θ − γ(m̂/(√v̂ + ε) + λθ).
 *
 * It is algorithm 2 of Loshchilov and Hutter (2019), with λ in units of γ as in PyTorch's `AdamW`. A schedule acts on
 * both parts.
 *
 * @param settings - Learning rate, decays of the moments, weight decay, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function adamw(settings: AdamwSettings = {}): Optimizer {
  const names = ["learningRate", ...momentNames, "weightDecay", "decayBiases", "schedule"];
  checkKnown("adamw", settings, names);
  const { learningRate = 0.001, schedule = constantSchedule() } = settings;
  checkSchedule("adamw", schedule);
  const { weightDecay: lambda = 0.01, decayBiases = false } = settings;
  checkSettings("adamw", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  checkFlag("adamw", "decayBiases", decayBiases);
  const own = momentSettings("adamw", settings);
  const record = {
    learningRate,
    ...own,
    weightDecay: lambda,
    decayBiases,
    schedule: schedule.name,
  };
  return optimizerOf("adamw", record, [
    moments(own),
    weightDecay(lambda, { biases: decayBiases }),
    scale(learningRate, schedule),
  ]);
}
