import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import { checkInteger } from "./quasiNewton/settings.ts";
import { inverseRoots } from "./transforms/inverseRoots.ts";
import { scale } from "./transforms/scale.ts";
import { velocity } from "./transforms/velocity.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/** Settings of Shampoo. */
export interface ShampooSettings {
  /** γ; 0.01 by default. */
  readonly learningRate?: number;
  /** μ of the sum of directions; 0.9 by default. */
  readonly momentum?: number;
  /** Decay of the factors; 1 by default: they are sums, as in AdaGrad. */
  readonly beta?: number;
  /** Added to the factors' eigenvalues; 1e-6 by default. */
  readonly epsilon?: number;
  /** Steps between two inversions of the factors; 10 by default. */
  readonly every?: number;
  /** Axes that are longer than this have no factor; 1024 by default. */
  readonly longest?: number;
  /** Whether steps are as long as those of AdaGrad, or of RMSprop where beta is below 1; true by default. */
  readonly graft?: boolean;
  /** λ: weights decay by γλ of themselves in a step, biases do not; 0 by default. */
  readonly weightDecay?: number;
  /** Of γ; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Shampoo: gradients times the inverse 2k-th roots of the second moments of their k axes (Gupta, Koren and Singer 2018, arXiv
 * 1802.09568), with steps as long as AdaGrad's (Anil et al. 2020, arXiv 2002.09018). Vectors have AdaGrad itself. The bias of a dense layer
 * is the last row of its weights [in + 1, out], and belongs to its first axis.
 * @param settings - What is not given has its default.
 * @returns an optimizer
 * @throws GraphError for settings out of range
 */
export function shampoo(settings: ShampooSettings = {}): Optimizer {
  const names = [
    "learningRate",
    "momentum",
    "beta",
    "epsilon",
    "every",
    "longest",
    "graft",
    "weightDecay",
    "schedule",
  ] as const;
  checkKnown("shampoo", settings, names);
  const { learningRate = 0.01, momentum = 0.9, beta = 1, epsilon = 1e-6 } = settings;
  const { every = 10, longest = 1024, graft = true } = settings;
  const { weightDecay: lambda = 0, schedule = constantSchedule() } = settings;
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings(
    "shampoo",
    { learningRate, momentum, beta, epsilon, longest },
    { learningRate: any, momentum: [0, 1], beta: [0, 1], epsilon: any, longest: any },
  );
  checkInteger("shampoo", "every", every);
  checkFlag("shampoo", "graft", graft);
  const own = { beta, epsilon, every, longest, graft };
  const record = { learningRate, momentum, ...own, weightDecay: lambda, schedule: schedule.name };
  return optimizerOf("shampoo", record, [
    inverseRoots(own),
    ...(momentum === 0 ? [] : [velocity(momentum, false)]),
    weightDecay(lambda),
    scale(learningRate, schedule),
  ]);
}
