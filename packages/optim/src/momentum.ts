import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import type { Transform } from "./core/transform.ts";
import { scale } from "./transforms/scale.ts";
import { velocity } from "./transforms/velocity.ts";

/** Settings of gradient descent with momentum. */
export interface MomentumSettings {
  /** γ; 0.05 by default. */
  readonly learningRate?: number;
  /** μ, the share of the last direction that is kept; 0.9 by default. */
  readonly momentum?: number;
  /** Steps along g + μv instead of v (Nesterov); false by default. */
  readonly nesterov?: boolean;
  /** Constant by default. */
  readonly schedule?: Schedule;
}

/** v ← μv + u as a link of a chain: u becomes v. Throws GraphError for μ out of [0, 1]. */
export function momentum(mu: number, options?: { readonly nesterov?: boolean }): Transform;
/** v ← μv + ∂L/∂θ, θ ← θ − γv (Polyak 1964). Throws GraphError for settings out of range. */
export function momentum(settings?: MomentumSettings): Optimizer;
export function momentum(
  given: number | MomentumSettings = {},
  options: { readonly nesterov?: boolean } = {},
): Transform | Optimizer {
  if (typeof given === "number") {
    checkKnown("momentum", options, ["nesterov"]);
    return velocity(given, options.nesterov ?? false);
  }
  checkKnown("momentum", given, ["learningRate", "momentum", "nesterov", "schedule"]);
  const { learningRate = 0.05, momentum: mu = 0.9, nesterov = false } = given;
  const { schedule = constantSchedule() } = given;
  checkSettings("momentum", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  return optimizerOf(
    "momentum",
    { learningRate, momentum: mu, nesterov, schedule: schedule.name },
    [velocity(mu, nesterov), scale(learningRate, schedule)],
  );
}
