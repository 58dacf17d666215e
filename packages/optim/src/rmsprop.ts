import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import { rootMeanSquare } from "./transforms/rootMeanSquare.ts";
import { scale } from "./transforms/scale.ts";
import { velocity } from "./transforms/velocity.ts";

/**
 * Settings of {@link rmsprop}.
 *
 * @category Optimizers
 */
export interface RmspropSettings {
  /** The learning rate γ; 0.01 by default. */
  readonly learningRate?: number;
  /** The decay α of the mean of squared gradients, in [0, 1]; 0.99 by default. */
  readonly alpha?: number;
  /** The number ε that is added to the root of that mean; 1e-8 by default. */
  readonly epsilon?: number;
  /** The share μ of the last direction that is kept, in [0, 1]; 0 by default. */
  readonly momentum?: number;
  /** Whether gradients are divided by their standard deviation in place of their root mean square; false by default. */
  readonly centered?: boolean;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer RMSprop: v ← αv + (1−α)g², b ← μb + g/(√v + ε), θ ← θ − γb.
 *
 * The sources are Hinton (2012, lecture 6e), and Graves (2013) for the centred form. The default numbers are those of
 * PyTorch's `RMSprop`.
 *
 * @param settings - Learning rate, decays, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function rmsprop(settings: RmspropSettings = {}): Optimizer {
  const names = ["learningRate", "alpha", "epsilon", "momentum", "centered", "schedule"] as const;
  checkKnown("rmsprop", settings, names);
  const { learningRate = 0.01, alpha = 0.99, epsilon = 1e-8, momentum = 0 } = settings;
  const { centered = false, schedule = constantSchedule() } = settings;
  checkSchedule("rmsprop", schedule);
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
