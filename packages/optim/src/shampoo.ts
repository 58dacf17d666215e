import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import { checkInteger } from "./quasiNewton/settings.ts";
import { inverseRoots } from "./transforms/inverseRoots.ts";
import { scale } from "./transforms/scale.ts";
import { velocity } from "./transforms/velocity.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/**
 * Settings of {@link shampoo}.
 *
 * @category Optimizers
 */
export interface ShampooSettings {
  /** The learning rate γ; 0.01 by default. */
  readonly learningRate?: number;
  /** The share μ of the last direction that is kept, in [0, 1]; 0.9 by default. */
  readonly momentum?: number;
  /** The decay of the factors, in [0, 1]. With 1, the default, they are sums, as in AdaGrad. */
  readonly beta?: number;
  /** The number that is added to the eigenvalues of the factors; 1e-6 by default. */
  readonly epsilon?: number;
  /** The number of steps from one inversion of the factors to the next, a positive integer; 10 by default. */
  readonly every?: number;
  /** The longest axis that has a factor; 1024 by default. */
  readonly longest?: number;
  /** Whether steps are as long as those of AdaGrad, or of RMSprop if `beta` is below 1; true by default. */
  readonly graft?: boolean;
  /** The decay λ: in a step weights shrink by γλ of themselves. Biases do not. 0 by default. */
  readonly weightDecay?: number;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer Shampoo: a gradient with k axes is multiplied along each axis by the inverse 2k-th root of the
 * second moment of that axis.
 *
 * The method is that of Gupta, Koren and Singer (2018, arXiv 1802.09568), with steps as long as AdaGrad's (Anil et
 * al. 2020, arXiv 2002.09018). A vector has the step of AdaGrad itself. The bias of a dense layer is the last row of
 * its weights [in + 1, out], and belongs to the first axis.
 *
 * @param settings - Learning rate, momentum, factors, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
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
  checkSchedule("shampoo", schedule);
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
