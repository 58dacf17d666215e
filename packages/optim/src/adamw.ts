import type { AdamSettings } from "./adam.ts";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import { momentNames, momentSettings, moments } from "./transforms/moments.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/** Settings of ADAM with decoupled weight decay. */
export interface AdamwSettings extends AdamSettings {
  /** λ: weights decay by γλ of themselves in a step; 0.01 by default. */
  readonly weightDecay?: number;
  /** Whether biases and scales decay too; false by default. */
  readonly decayBiases?: boolean;
}

/**
 * θ ← θ − γ(m̂/(√v̂ + ε) + λθ) (Loshchilov and Hutter 2019, algorithm 2, with λ in units of γ as in PyTorch's `AdamW`). A schedule acts on
 * both parts.
 * @param settings - What is not given has its default.
 * @returns an optimizer
 * @throws GraphError for settings out of range
 */
export function adamw(settings: AdamwSettings = {}): Optimizer {
  const names = ["learningRate", ...momentNames, "weightDecay", "decayBiases", "schedule"];
  checkKnown("adamw", settings, names);
  const { learningRate = 0.001, schedule = constantSchedule() } = settings;
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
