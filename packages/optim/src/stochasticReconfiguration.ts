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

/**
 * Settings of {@link stochasticReconfiguration}.
 *
 * By default `metrics` is `observedMetrics()`, `relative` is 0, and `absolute` is 1e-3.
 *
 * @category Optimizers: natural gradients
 */
export interface ReconfigurationSettings extends Omit<PreconditionSettings, "over" | "forward"> {
  /**
   * The learning rate γ; 0.05 by default.
   *
   * A step is γ(S + λI)⁻¹∂E/∂θ with ∂E/∂θ = 2 Re Cov(∂ln ψ*, E_loc). Codes that leave out the factor 2 need twice
   * this γ.
   */
  readonly learningRate?: number;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
  /**
   * The momentum μ in [0, 1) in directions that the samples do not determine, see {@link spring}; 0 by default, which
   * is none.
   */
  readonly momentum?: number;
  /** The longest step in the metric S, see {@link klClip}; null by default, which is no bound. */
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
 * Makes the optimizer of stochastic reconfiguration, a step of imaginary time: θ ← θ − γ(S + λI)⁻¹∂E/∂θ with S =
 * Cov(∂ln ψ).
 *
 * The source is Sorella (1998, Phys. Rev. Lett. 80, 4558). The loss must come from `energyLoss`, with ln ψ observed
 * under `amplitude`. If there are fewer samples than parameters, the step is solved in the space of samples (MinSR:
 * Chen and Heyl 2024, Nature Physics 20, 1476). With `momentum` it is SPRING (Goldshlager, Abrahamsen and Lin 2024,
 * arXiv 2401.10190). If all states are enumerated, {@link engd} is an alternative that searches along the step.
 *
 * @param settings - Damping, learning rate and momentum.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @throws {@link MetricError} if `metrics` is not a table, or if nothing damps. When a step is built: if nothing is
 *   observed.
 * @category Optimizers: natural gradients
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
    // The momentum acts on steps that contain γ.
    scale(learningRate, schedule),
    ...(momentum === 0 ? [] : [spring(momentum)]),
    ...(bound === null ? [] : [klClip(bound)]),
  ]);
}
