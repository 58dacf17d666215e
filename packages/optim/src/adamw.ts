import type { AdamSettings } from "./adam.ts";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { momentNames, momentSettings, moments } from "./transforms/moments.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/** Settings of ADAM with decoupled weight decay. */
export interface AdamwSettings extends AdamSettings {
  /** ω, the share of the weights that decays in a step; 1e-5 by default. Biases do not decay. */
  readonly weightDecay?: number;
}

/**
 * θ ← θ − η(γ m̂/(√v̂ + ε) + ωθ) with the schedule η (Loshchilov and Hutter 2019, algorithm 2). Where ω is
 * multiplied by γ elsewhere, pass the product. Throws GraphError for settings out of range.
 */
export function adamw(settings: AdamwSettings = {}): Optimizer {
  checkKnown("adamw", settings, ["learningRate", ...momentNames, "weightDecay", "schedule"]);
  const { learningRate = 0.001, schedule = constantSchedule() } = settings;
  const { weightDecay: omega = 1e-5 } = settings;
  const own = momentSettings("adamw", settings);
  const limits: [number, number] = [0, Number.MAX_VALUE];
  checkSettings("adamw", { learningRate }, { learningRate: limits });
  const record = { learningRate, ...own, weightDecay: omega, schedule: schedule.name };
  return optimizerOf("adamw", record, [
    moments(own),
    scale(learningRate),
    weightDecay(omega),
    scale(schedule),
  ]);
}
