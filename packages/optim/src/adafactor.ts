import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { factoredMoments } from "./transforms/factoredMoments.ts";
import { relativeScale } from "./transforms/relativeScale.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/**
 * Settings of {@link adafactor}.
 *
 * @category Optimizers
 */
export interface AdafactorSettings {
  /** The largest step γ, as a share of a parameter's root mean square; 0.01 by default. */
  readonly learningRate?: number;
  /** The exponent c of the decay β₂ = 1 − t^{−c} in step t, in [0, 1]; 0.8 by default. */
  readonly decay?: number;
  /** The number ε₁ > 0 that is added to squared gradients; 1e-30 by default. */
  readonly epsilon?: number;
  /** The least root mean square ε₂ of a parameter that counts: a smaller one counts as ε₂. 1e-3 by default. */
  readonly least?: number;
  /** The largest root mean square d > 0 of a direction; 1 by default. */
  readonly clip?: number;
  /**
   * The decay λ: in a step weights shrink by λ of themselves. Biases do not. A schedule acts on it too. 0 by default.
   */
  readonly weightDecay?: number;
  /** A factor of the step over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer Adafactor, which needs little memory: m + n numbers for a matrix [m, n].
 *
 * It is ADAM without a mean. The second moment of a matrix is kept as that of its rows and columns; for a tensor
 * these are the last two axes. The steps are relative to the size of a parameter: step t has the learning rate
 * max(ε₂, RMS(θ)) min(γ, 1/√t), where RMS is the root mean square (Shazeer and Stern 2018, arXiv 1804.04235,
 * algorithms 4 and 5).
 *
 * @param settings - Learning rate, decay, bounds, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function adafactor(settings: AdafactorSettings = {}): Optimizer {
  const names = [
    "learningRate",
    "decay",
    "epsilon",
    "least",
    "clip",
    "weightDecay",
    "schedule",
  ] as const;
  checkKnown("adafactor", settings, names);
  const { learningRate = 0.01, decay = 0.8, epsilon = 1e-30, least = 1e-3, clip = 1 } = settings;
  const { weightDecay: lambda = 0, schedule = constantSchedule() } = settings;
  checkSchedule("adafactor", schedule);
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings(
    "adafactor",
    { learningRate, decay, epsilon, least, clip },
    {
      learningRate: any,
      decay: [0, 1],
      epsilon: [Number.MIN_VALUE, Number.MAX_VALUE],
      least: any,
      clip: [Number.MIN_VALUE, Number.MAX_VALUE],
    },
  );
  const own = { decay, epsilon, clip };
  const record = { learningRate, ...own, least, weightDecay: lambda, schedule: schedule.name };
  return optimizerOf("adafactor", record, [
    factoredMoments(own),
    relativeScale(learningRate, least),
    weightDecay(lambda),
    scale(schedule),
  ]);
}
