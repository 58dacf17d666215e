import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { scale } from "./transforms/scale.ts";
import { sumOfSquares } from "./transforms/sumOfSquares.ts";

/**
 * Settings of {@link adagrad}.
 *
 * @category Optimizers
 */
export interface AdagradSettings {
  /** The learning rate γ; 0.01 by default. */
  readonly learningRate?: number;
  /** The number ε that is added to the root of the sum of squares; 1e-10 by default. */
  readonly epsilon?: number;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer AdaGrad: s ← s + g², θ ← θ − γ g/(√s + ε) (Duchi, Hazan and Singer 2011, JMLR 12, figure 1).
 *
 * @param settings - Learning rate, ε, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function adagrad(settings: AdagradSettings = {}): Optimizer {
  checkKnown("adagrad", settings, ["learningRate", "epsilon", "schedule"]);
  const { learningRate = 0.01, epsilon = 1e-10, schedule = constantSchedule() } = settings;
  checkSchedule("adagrad", schedule);
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings("adagrad", { learningRate, epsilon }, { learningRate: any, epsilon: any });
  return optimizerOf("adagrad", { learningRate, epsilon, schedule: schedule.name }, [
    sumOfSquares(epsilon),
    scale(learningRate, schedule),
  ]);
}
