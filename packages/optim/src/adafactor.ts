import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { factoredMoments } from "./transforms/factoredMoments.ts";
import { relativeScale } from "./transforms/relativeScale.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/** Settings of Adafactor. */
export interface AdafactorSettings {
  /** The largest step, as a share of a parameter's root mean square; 0.01 by default. */
  readonly learningRate?: number;
  /** c of β₂ = 1 − t^{−c}; 0.8 by default. */
  readonly decay?: number;
  /** ε₁, added to squared gradients; 1e-30 by default. */
  readonly epsilon?: number;
  /** ε₂, the least root mean square of a parameter that counts; 1e-3 by default. */
  readonly least?: number;
  /** d, the largest root mean square of a direction; 1 by default. */
  readonly clip?: number;
  /** λ: weights decay by λ of themselves in a step, biases do not; 0 by default. A schedule acts on it too. */
  readonly weightDecay?: number;
  /** Of the step; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Adafactor: ADAM without a mean, whose second moment of a matrix is kept as that of its rows and columns, and whose steps are
 * relative to the size of a parameter: max(ε₂, RMS(θ)) min(γ, 1/√t) (Shazeer and Stern 2018, arXiv 1804.04235, algorithms 4 and 5). It
 * keeps m + n numbers for a matrix [m, n]; of tensors the last two axes are factored.
 * @param settings - What is not given has its default.
 * @returns an optimizer
 * @throws GraphError for settings out of range
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
