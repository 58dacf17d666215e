import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { checkInteger } from "./quasiNewton/settings.ts";
import { rotatedMoments } from "./soap/rotatedMoments.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/** Settings of SOAP. */
export interface SoapSettings {
  /** γ; 0.003 by default. */
  readonly learningRate?: number;
  /** Decay of the mean of gradients; 0.95 by default. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients in the basis; 0.95 by default. */
  readonly beta2?: number;
  /** Decay of Shampoo's factors; beta2 by default. */
  readonly factorBeta?: number;
  /** Added to the root of the second moment; 1e-8 by default. */
  readonly epsilon?: number;
  /** Steps between two turns of the bases; 10 by default. */
  readonly every?: number;
  /** Axes that are longer than this are not turned; 10000 by default. */
  readonly longest?: number;
  /** λ: weights decay by γλ of themselves in a step, biases do not; 0 by default (its authors: 0.01). */
  readonly weightDecay?: number;
  /** Of γ; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * SOAP: ADAM in the eigenbasis of Shampoo's factors (Vyas et al. 2024, arXiv 2409.11321, algorithm 3, as in their code).
 * A matrix [m, n] has the factors of both axes, or of one where the other is longer than `longest`; vectors have
 * plain ADAM. The first step only finds the bases, and moves nothing. The bias of a dense layer is the last row of its
 * weights [in + 1, out], and is turned with them.
 * @param settings - What is not given has its default.
 * @returns an optimizer
 * @throws GraphError for settings out of range
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
