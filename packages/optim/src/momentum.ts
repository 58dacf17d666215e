import { add, mul, sub } from "@metrigrad/graph";
import { gradients } from "./core/gradient.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkSettings } from "./core/settings.ts";
import { slot } from "./core/slot.ts";

/** Settings of gradient descent with momentum. */
export interface MomentumSettings {
  /** γ; 0.05 by default. */
  readonly learningRate?: number;
  /** μ, the share of the last direction that is kept; 0.9 by default. */
  readonly momentum?: number;
  /** Steps along g + μv instead of v (Nesterov); false by default. */
  readonly nesterov?: boolean;
  /** Constant by default. */
  readonly schedule?: Schedule;
}

/** v ← μv + ∂L/∂θ, θ ← θ − γv (Polyak 1964). Throws GraphError for settings out of range. */
export function momentum(settings: MomentumSettings = {}): Optimizer {
  const { learningRate = 0.05, momentum: mu = 0.9, nesterov = false } = settings;
  const { schedule = constantSchedule() } = settings;
  checkSettings(
    "momentum",
    { learningRate, momentum: mu },
    { learningRate: [0, Number.MAX_VALUE], momentum: [0, 1] },
  );
  return Object.freeze({
    name: "momentum",
    settings: { learningRate, momentum: mu, nesterov, schedule: schedule.name },
    update: (context) => {
      const rate = mul(schedule.factor(context.progress), learningRate);
      const updates = gradients(context).flatMap(({ variable, gradient }) => {
        const velocity = slot(variable, "velocity");
        const next = add(mul(velocity, mu), gradient);
        const direction = nesterov ? add(gradient, mul(next, mu)) : next;
        return [
          [velocity, next] as const,
          [variable, sub(variable, mul(rate, direction))] as const,
        ];
      });
      return [{ every: 1, updates }];
    },
  } satisfies Optimizer);
}
