import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import type { Transform } from "./core/transform.ts";
import { scale } from "./transforms/scale.ts";
import { velocity } from "./transforms/velocity.ts";

/**
 * Settings of {@link momentum} as an optimizer.
 *
 * @category Optimizers
 */
export interface MomentumSettings {
  /** The learning rate γ; 0.05 by default. */
  readonly learningRate?: number;
  /** The share μ of the last direction that is kept, in [0, 1]; 0.9 by default. */
  readonly momentum?: number;
  /** Whether the step goes along g + μv in place of v, as Nesterov's does; false by default. */
  readonly nesterov?: boolean;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes a link of a {@link chain} that adds momentum: v ← μv + u, and u becomes v.
 *
 * @param mu - The share μ of the last direction that is kept, in [0, 1].
 * @param options - Whether u becomes u + μv in place of v (`nesterov`); false by default.
 * @returns The transform.
 * @throws {@link GraphError} if μ is not in [0, 1], or if an option is unknown.
 * @category Optimizers
 */
export function momentum(mu: number, options?: { readonly nesterov?: boolean }): Transform;
/**
 * Makes the optimizer of gradient descent with momentum: v ← μv + ∂L/∂θ, θ ← θ − γv (Polyak 1964).
 *
 * {@includeCode ../../../examples/api/optim/momentum.ts#example}
 *
 * @param settings - Learning rate, momentum and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function momentum(settings?: MomentumSettings): Optimizer;
export function momentum(
  given: number | MomentumSettings = {},
  options: { readonly nesterov?: boolean } = {},
): Transform | Optimizer {
  if (typeof given === "number") {
    checkKnown("momentum", options, ["nesterov"]);
    checkFlag("momentum", "nesterov", options.nesterov ?? false);
    return velocity(given, options.nesterov ?? false);
  }
  checkKnown("momentum", given, ["learningRate", "momentum", "nesterov", "schedule"]);
  const { learningRate = 0.05, momentum: mu = 0.9, nesterov = false } = given;
  const { schedule = constantSchedule() } = given;
  checkSchedule("momentum", schedule);
  checkFlag("momentum", "nesterov", nesterov);
  checkSettings("momentum", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  return optimizerOf(
    "momentum",
    { learningRate, momentum: mu, nesterov, schedule: schedule.name },
    [velocity(mu, nesterov), scale(learningRate, schedule)],
  );
}
