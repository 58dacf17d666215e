import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import { rootMeanSquare } from "./transforms/rootMeanSquare.ts";
import { scale } from "./transforms/scale.ts";
import { velocity } from "./transforms/velocity.ts";

/** Settings of RMSprop. */
export interface RmspropSettings {
  /** γ; 0.01 by default. */
  readonly learningRate?: number;
  /** α, the decay of the mean of squared gradients; 0.99 by default. */
  readonly alpha?: number;
  /** Added to the root of that mean; 1e-8 by default. */
  readonly epsilon?: number;
  /** μ of the sum of directions; 0 by default. */
  readonly momentum?: number;
  /** Whether gradients are divided by their standard deviation instead; false by default. */
  readonly centered?: boolean;
  /** Constant by default. */
  readonly schedule?: Schedule;
}

/**
 * RMSprop: v ← αv + (1−α)g², b ← μb + g/(√v + ε), θ ← θ − γb (Hinton 2012, lecture 6e; Graves 2013 where centred; numbers
 * as in PyTorch's `RMSprop`).
 * @param settings - What is not given has its default.
 * @returns an optimizer
 * @throws GraphError for settings out of range
 */
export function rmsprop(settings: RmspropSettings = {}): Optimizer {
  const names = ["learningRate", "alpha", "epsilon", "momentum", "centered", "schedule"] as const;
  checkKnown("rmsprop", settings, names);
  const { learningRate = 0.01, alpha = 0.99, epsilon = 1e-8, momentum = 0 } = settings;
  const { centered = false, schedule = constantSchedule() } = settings;
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings(
    "rmsprop",
    { learningRate, alpha, epsilon, momentum },
    { learningRate: any, alpha: [0, 1], epsilon: any, momentum: [0, 1] },
  );
  checkFlag("rmsprop", "centered", centered);
  const record = { learningRate, alpha, epsilon, momentum, centered, schedule: schedule.name };
  return optimizerOf("rmsprop", record, [
    rootMeanSquare({ alpha, epsilon, centered }),
    ...(momentum === 0 ? [] : [velocity(momentum, false)]),
    scale(learningRate, schedule),
  ]);
}
