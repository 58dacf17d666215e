import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { type MomentSettings, momentNames, momentSettings, moments } from "./transforms/moments.ts";
import { scale } from "./transforms/scale.ts";

/** Settings of ADAM. */
export interface AdamSettings extends MomentSettings {
  /** γ; 0.001 by default. */
  readonly learningRate?: number;
  /** Constant by default. */
  readonly schedule?: Schedule;
}

/**
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − γ m̂/(√v̂ + ε) with bias corrections (Kingma and
 * Ba 2015, algorithm 1). Throws GraphError for settings out of range.
 */
export function adam(settings: AdamSettings = {}): Optimizer {
  checkKnown("adam", settings, ["learningRate", ...momentNames, "schedule"]);
  const { learningRate = 0.001, schedule = constantSchedule() } = settings;
  checkSettings("adam", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  const own = momentSettings("adam", settings);
  return optimizerOf("adam", { learningRate, ...own, schedule: schedule.name }, [
    moments(own),
    scale(learningRate, schedule),
  ]);
}
