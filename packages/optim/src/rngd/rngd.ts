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

/**
 * The function {@link rngd}, with the variant of the paper as its member `paper`.
 *
 * @category Optimizers: natural gradients
 */
export interface Rngd {
  /**
   * Makes the optimizer of relative natural gradient descent (RNGD): θ ← θ − γ(ḡ + λI)⁻¹ ∂L/∂θ for every subsystem.
   *
   * The loss is the global one. The metric ḡ is the relative Fisher information of a subsystem, such as a layer (Sun
   * and Nielsen 2017, section 4). By default it is that of the batch at hand with the linear layer's rows, and
   * momentum acts on the preconditioned gradient. That is in substance FOOF (Benzing 2022) and ISAAC (Petersen et al.
   * 2023).
   *
   * The parameters on the store are an average of the points of the steps. It is good at any time of a run, not only
   * at the end, where γ has become small. `rngd({ average: null })` has no average.
   *
   * `rngd.paper()` is the experiment of the paper.
   *
   * {@includeCode ../../../../examples/api/optim/rngd.ts#example}
   *
   * @param settings - Metric, damping, learning rate, momentum and average.
   * @returns The optimizer.
   * @throws {@link GraphError} if a setting is unknown or out of range.
   * @throws {@link MetricError} if `metrics` is not a table, if `over` is none of its choices, or if nothing damps.
   *   When a step is built: if a module has no row, if the metric takes more than its budgets, or if a block does not
   *   have the solver.
   * @category Optimizers: natural gradients
   */
  (settings?: RngdSettings): Optimizer;
  /**
   * Makes the optimizer of the experiment of Sun and Nielsen (2017).
   *
   * The metric is a running average (`{ average: 0.995, every: 100 }`), inverted every 100 steps, with relative
   * damping of 1e-4. There is no momentum, and γ is 0.005. The first and the last layer have the linear layer's row,
   * and the layers between have relu rows. It throws the same errors as `rngd`.
   */
  readonly paper: (settings?: RngdSettings) => Optimizer;
}

/**
 * Makes the optimizer of relative natural gradient descent (RNGD).
 *
 * @function
 * @category Optimizers: natural gradients
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
