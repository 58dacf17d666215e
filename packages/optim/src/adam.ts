import { add, div, exp, mul, type Node, sqrt, square, sub } from "@metrigrad/graph";
import { gradients } from "./core/gradient.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkSettings } from "./core/settings.ts";
import { slot } from "./core/slot.ts";

/** Settings of ADAM. */
export interface AdamSettings {
  /** γ; 0.001 by default. */
  readonly learningRate?: number;
  /** Decay of the mean of gradients; 0.9 by default. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients; 0.999 by default. */
  readonly beta2?: number;
  /** Added to the root of the second moment; 1e-8 by default. */
  readonly epsilon?: number;
  /** Constant by default. */
  readonly schedule?: Schedule;
}

/** Below 1, where the bias corrections 1 − βᵗ would be 0. */
const largestBeta = 1 - Number.EPSILON;

/**
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − γ m̂/(√v̂ + ε) with bias corrections (Kingma and
 * Ba 2015, algorithm 1). Throws GraphError for settings out of range.
 */
export function adam(settings: AdamSettings = {}): Optimizer {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings;
  const { schedule = constantSchedule() } = settings;
  checkSettings(
    "adam",
    { learningRate, beta1, beta2, epsilon },
    {
      learningRate: [0, Number.MAX_VALUE],
      beta1: [0, largestBeta],
      beta2: [0, largestBeta],
      epsilon: [0, Number.MAX_VALUE],
    },
  );
  return Object.freeze({
    name: "adam",
    settings: { learningRate, beta1, beta2, epsilon, schedule: schedule.name },
    update: (context) => {
      const count = add(context.step, 1);
      const correction = (beta: number): Node => sub(1, exp(mul(count, Math.log(beta))));
      const rate = div(mul(schedule.factor(context.progress), learningRate), correction(beta1));
      const scale = div(1, sqrt(correction(beta2)));
      const updates = gradients(context).flatMap(({ variable, gradient }) => {
        const mean = slot(variable, "mean");
        const squares = slot(variable, "squares");
        const nextMean = add(mul(mean, beta1), mul(gradient, 1 - beta1));
        const nextSquares = add(mul(squares, beta2), mul(square(gradient), 1 - beta2));
        const direction = div(nextMean, add(mul(sqrt(nextSquares), scale), epsilon));
        return [
          [mean, nextMean] as const,
          [squares, nextSquares] as const,
          [variable, sub(variable, mul(rate, direction))] as const,
        ];
      });
      return [{ every: 1, updates }];
    },
  } satisfies Optimizer);
}
