import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { dualGradient } from "./transforms/dualGradient.ts";
import { scale } from "./transforms/scale.ts";

/**
 * Settings of {@link naturalGradient}.
 *
 * @category Optimizers: natural gradients
 */
export interface NaturalGradientSettings {
  /** The learning rate γ; 1 by default, which is exact for conjugate models. */
  readonly learningRate?: number;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer of natural gradient descent on the parameters of a `distribution`: η ← η − γ ∂L/∂m.
 *
 * The metric is that of the exponential family, and no linear system is solved. If L is the negative ELBO of a
 * conjugate model, one step with γ = 1 from any point gives the exact posterior (Hoffman et al. 2013; Salimbeni,
 * Eleftheriadis and Hensman 2018, arXiv 1803.09151).
 *
 * L must be the negative ELBO of all data in nats. A mean over the data gives steps that are too short, since a step
 * is as long as the loss is large. With a Gaussian prior and a log-concave likelihood, a step with γ ≤ 1 keeps
 * covariances positive definite. In other models {@link dualGradient} shortens a step until they are.
 *
 * @param settings - Learning rate and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown, or if the learning rate is negative or not finite. When a step
 *   is built: if a parameter does not belong to a distribution.
 * @category Optimizers: natural gradients
 */
export function naturalGradient(settings: NaturalGradientSettings = {}): Optimizer {
  checkKnown("naturalGradient", settings, ["learningRate", "schedule"]);
  const { learningRate = 1, schedule = constantSchedule() } = settings;
  checkSchedule("naturalGradient", schedule);
  checkSettings("naturalGradient", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  return optimizerOf("naturalGradient", { learningRate, schedule: schedule.name }, [
    dualGradient(),
    scale(learningRate, schedule),
  ]);
}
