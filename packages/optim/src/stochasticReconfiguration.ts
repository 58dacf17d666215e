import { observedMetrics } from "@metrigrad/metric";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkSettings, withDefaults } from "./core/settings.ts";
import { preconditionBy } from "./rngd/precondition.ts";
import { batchSettings, type PreconditionSettings, preconditionRecord } from "./rngd/settings.ts";
import { klClip } from "./transforms/klClip.ts";
import { scale } from "./transforms/scale.ts";
import { spring } from "./transforms/spring.ts";

/** Settings of stochastic reconfiguration; each has a default. */
export interface ReconfigurationSettings extends Omit<PreconditionSettings, "over" | "forward"> {
  /** γ; a step is γ(S + λI)⁻¹∂E/∂θ with ∂E/∂θ = 2 Re Cov(∂ln ψ*, E_loc), so half of what codes without the 2 call it. */
  readonly learningRate?: number;
  readonly schedule?: Schedule;
  /** μ of the momentum where the samples do not determine the step, as `spring` has it; 0: none. */
  readonly momentum?: number;
  /** Most length of a step in the metric S; null: any. */
  readonly klClip?: number | null;
}

const defaults: Required<ReconfigurationSettings> = Object.freeze({
  ...batchSettings,
  metrics: observedMetrics(),
  relative: 0,
  absolute: 1e-3,
  learningRate: 0.05,
  schedule: constantSchedule(),
  momentum: 0,
  klClip: null,
});

/**
 * Stochastic reconfiguration (Sorella 1998, Phys. Rev. Lett. 80, 4558): θ ← θ − γ(S + λI)⁻¹∂E/∂θ with S = Cov(∂ln ψ), a step of
 * imaginary time. For a loss by `energyLoss` whose ln ψ is observed under `amplitude`. Where there are fewer samples than parameters
 * the step is solved in the space of samples (MinSR: Chen and Heyl 2024, Nature Physics 20, 1476), and with `momentum` it is SPRING
 * (Goldshlager, Abrahamsen and Lin 2024, arXiv 2401.10190). Over enumerated states `engd` may search along the step too.
 *
 * @param settings - Damping, learning rate and momentum.
 * @returns The optimizer.
 * @throws GraphError for settings out of range. A step throws MetricError where nothing damps or nothing is observed.
 */
export function stochasticReconfiguration(settings: ReconfigurationSettings = {}): Optimizer {
  const name = "stochasticReconfiguration";
  const full = withDefaults(name, settings, defaults);
  const { learningRate, schedule, momentum, klClip: bound } = full;
  checkSettings(name, { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  checkSchedule(name, schedule);
  const parts = { ...batchSettings, ...full };
  const own = { learningRate, schedule: schedule.name, momentum, klClip: bound };
  return optimizerOf(name, { ...own, ...preconditionRecord(parts) }, [
    preconditionBy(name, parts),
    // Momentum is of steps with their γ.
    scale(learningRate, schedule),
    ...(momentum === 0 ? [] : [spring(momentum)]),
    ...(bound === null ? [] : [klClip(bound)]),
  ]);
}
