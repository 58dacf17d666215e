import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { scale } from "./transforms/scale.ts";

/** Settings of gradient descent. */
export interface SgdSettings {
  /** γ; 0.1 by default. */
  readonly learningRate?: number;
  /** Constant by default. */
  readonly schedule?: Schedule;
}

/** θ ← θ − γ ∂L/∂θ. Throws GraphError for a learning rate that is negative or not finite. */
export function sgd(settings: SgdSettings = {}): Optimizer {
  checkKnown("sgd", settings, ["learningRate", "schedule"]);
  const { learningRate = 0.1, schedule = constantSchedule() } = settings;
  checkSettings("sgd", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  return optimizerOf("sgd", { learningRate, schedule: schedule.name }, [
    scale(learningRate, schedule),
  ]);
}
