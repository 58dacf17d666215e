import { mul, sub } from "@metrigrad/graph";
import { gradients } from "./core/gradient.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkSettings } from "./core/settings.ts";

/** Settings of gradient descent. */
export interface SgdSettings {
  /** γ; 0.1 by default. */
  readonly learningRate?: number;
  /** Constant by default. */
  readonly schedule?: Schedule;
}

/** θ ← θ − γ ∂L/∂θ. Throws GraphError for a learning rate that is negative or not finite. */
export function sgd(settings: SgdSettings = {}): Optimizer {
  const { learningRate = 0.1, schedule = constantSchedule() } = settings;
  checkSettings("sgd", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  return Object.freeze({
    name: "sgd",
    settings: { learningRate, schedule: schedule.name },
    update: (context) => {
      const rate = mul(schedule.factor(context.progress), learningRate);
      const updates = gradients(context).map(
        ({ variable, gradient }) => [variable, sub(variable, mul(rate, gradient))] as const,
      );
      return [{ every: 1, updates }];
    },
  } satisfies Optimizer);
}
