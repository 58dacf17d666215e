import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { dualGradient } from "./transforms/dualGradient.ts";
import { scale } from "./transforms/scale.ts";

/** Settings of natural gradient descent on distributions. */
export interface NaturalGradientSettings {
  /** γ; 1 by default, which is exact for conjugate models. */
  readonly learningRate?: number;
  /** Constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Natural gradient descent on the parameters of a `distribution`, by the metric of its exponential family and without a
 * solve: η ← η − γ ∂L/∂m. Where L is the negative ELBO of a conjugate model, one step with γ = 1 from anywhere is the exact
 * posterior (Hoffman et al. 2013; Salimbeni, Eleftheriadis and Hensman 2018, arXiv 1803.09151).
 *
 * L must be the negative ELBO of all data in nats, and no mean over the data, since the step is as long as the loss is large.
 * With a Gaussian prior and a log-concave likelihood a step with γ ≤ 1 keeps covariances positive definite; elsewhere steps are cut
 * until they are, as `dualGradient` says. Throws GraphError for a learning rate that is negative or not finite.
 */
export function naturalGradient(settings: NaturalGradientSettings = {}): Optimizer {
  checkKnown("naturalGradient", settings, ["learningRate", "schedule"]);
  const { learningRate = 1, schedule = constantSchedule() } = settings;
  checkSettings("naturalGradient", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  return optimizerOf("naturalGradient", { learningRate, schedule: schedule.name }, [
    dualGradient(),
    scale(learningRate, schedule),
  ]);
}
