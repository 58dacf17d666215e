import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { checkInteger } from "./quasiNewton/settings.ts";
import { rotatedMoments } from "./soap/rotatedMoments.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/**
 * Settings of {@link soap}.
 *
 * @category Optimizers
 */
export interface SoapSettings {
  /** The learning rate γ; 0.003 by default. */
  readonly learningRate?: number;
  /** The decay of the mean of gradients, in [0, 1); 0.95 by default. */
  readonly beta1?: number;
  /** The decay of the mean of squared gradients in the eigenbasis, in [0, 1); 0.95 by default. */
  readonly beta2?: number;
  /** The decay of Shampoo's factors, in [0, 1); `beta2` by default. */
  readonly factorBeta?: number;
  /** The number that is added to the root of the second moment; 1e-8 by default. */
  readonly epsilon?: number;
  /** The number of steps from one renewal of the bases to the next, a positive integer; 10 by default. */
  readonly every?: number;
  /** The longest axis that is turned into an eigenbasis; 10000 by default. */
  readonly longest?: number;
  /** The decay λ: in a step weights shrink by γλ of themselves. Biases do not. 0 by default; the authors take 0.01. */
  readonly weightDecay?: number;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer SOAP: ADAM in the eigenbasis of Shampoo's factors (Vyas et al. 2024, arXiv 2409.11321,
 * algorithm 3, as in their code).
 *
 * A matrix [m, n] has a factor for each of its two axes, except for an axis that is longer than `longest`. A vector
 * has plain ADAM. The first step only finds the bases, and moves nothing. The bias of a dense layer is the last row
 * of its weights [in + 1, out], and is part of the matrix.
 *
 * @param settings - Learning rate, decays, bases, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function soap(settings: SoapSettings = {}): Optimizer {
  const names = [
    "learningRate",
    "beta1",
    "beta2",
    "factorBeta",
    "epsilon",
    "every",
    "longest",
    "weightDecay",
    "schedule",
  ] as const;
  checkKnown("soap", settings, names);
  const { learningRate = 0.003, beta1 = 0.95, beta2 = 0.95, epsilon = 1e-8 } = settings;
  const { factorBeta = beta2, every = 10, longest = 10_000 } = settings;
  const { weightDecay: lambda = 0, schedule = constantSchedule() } = settings;
  checkSchedule("soap", schedule);
  const any: [number, number] = [0, Number.MAX_VALUE];
  const beta: [number, number] = [0, 1 - Number.EPSILON];
  checkSettings(
    "soap",
    { learningRate, beta1, beta2, factorBeta, epsilon, longest },
    {
      learningRate: any,
      beta1: beta,
      beta2: beta,
      factorBeta: beta,
      epsilon: any,
      longest: any,
    },
  );
  checkInteger("soap", "every", every);
  const own = { beta1, beta2, factorBeta, epsilon, every, longest };
  const record = { learningRate, ...own, weightDecay: lambda, schedule: schedule.name };
  return optimizerOf("soap", record, [
    rotatedMoments(own),
    weightDecay(lambda),
    scale(learningRate, schedule),
  ]);
}
