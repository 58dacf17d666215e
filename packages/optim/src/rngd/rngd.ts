import { polynomialAverage, powerOf } from "../averages/polynomialAverage.ts";
import { optimizerOf } from "../chain.ts";
import type { Optimizer } from "../core/optimizer.ts";
import { checkSchedule } from "../core/schedule.ts";
import { checkSettings, withDefaults } from "../core/settings.ts";
import { klClip } from "../transforms/klClip.ts";
import { quadraticStep } from "../transforms/quadraticStep.ts";
import { reject } from "../transforms/reject.ts";
import { scale } from "../transforms/scale.ts";
import { velocity } from "../transforms/velocity.ts";
import { preconditionBy } from "./precondition.ts";
import {
  type FullSettings,
  fastSettings,
  paperSettings,
  type RngdSettings,
  settingsRecord,
} from "./settings.ts";

/** Makes optimizers of relative natural gradient descent. */
export interface Rngd {
  /**
   * By default the metric is that of the batch at hand with the linear layer's rows, and momentum
   * acts on the preconditioned gradient: in substance FOOF (Benzing 2022) and ISAAC (Petersen et
   * al. 2023). The parameters on the store are an average of the points of the steps, which is good at any
   * time of a run, not only where γ has become small at its end. Throws GraphError for settings out of range, MetricError where nothing damps.
   */
  (settings?: RngdSettings): Optimizer;
  /**
   * The experiment of Sun and Nielsen 2017: a running average of the metric, inverted every 100 steps,
   * relative damping, no momentum, the linear layer's row for the first and the last layer and relu
   * rows between. Throws as above.
   */
  readonly paper: (settings?: RngdSettings) => Optimizer;
}

/**
 * Relative natural gradient descent: θ ← θ − γ (ḡ^h(θ|θ_f) + λI)⁻¹ ∂L/∂θ for every subsystem, with
 * the global loss and local metrics (Sun and Nielsen 2017, section 4).
 */
export const rngd: Rngd = Object.freeze(
  Object.assign(
    (settings: RngdSettings = {}) =>
      fromSettings("rngd", withDefaults("rngd", settings, fastSettings)),
    {
      paper: (settings: RngdSettings = {}) =>
        fromSettings("rngd-paper", withDefaults("rngd-paper", settings, paperSettings)),
    },
  ),
);

function fromSettings(name: string, settings: FullSettings): Optimizer {
  const {
    learningRate,
    schedule,
    momentum,
    quadratic,
    klClip: bound,
    reject: above,
    average,
  } = settings;
  checkSettings(name, { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  checkSchedule(name, schedule);
  const pace =
    quadratic === null
      ? [...(momentum === 0 ? [] : [velocity(momentum, false)]), scale(learningRate, schedule)]
      : [quadraticStep(quadratic)];
  const transforms = [
    preconditionBy(name, settings),
    ...pace,
    ...(bound === null ? [] : [klClip(bound)]),
    ...(above === null ? [] : [reject(above)]),
  ];
  if (average === null) return optimizerOf(name, settingsRecord(settings), transforms);
  const own = powerOf(`${name}, average`, average);
  const record = settingsRecord({ ...settings, average: own });
  const made = polynomialAverage(optimizerOf(name, record, transforms), own);
  return Object.freeze({ ...made, name, settings: record });
}
