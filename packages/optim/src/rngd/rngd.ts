import { subsystems } from "@metrigrad/metric";
import { GraphError, MetricError } from "@metrigrad/tensor";
import type { Optimizer } from "../core/optimizer.ts";
import { checkSettings } from "../core/settings.ts";
import { averageMetricPhases } from "./averageMetric.ts";
import { batchMetricPhases } from "./batchMetric.ts";
import { keptMetricPhases } from "./keptMetric.ts";
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
   * al. 2023). Throws GraphError for settings out of range, MetricError where nothing damps.
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
    (settings: RngdSettings = {}) => fromSettings("rngd", { ...fastSettings, ...settings }),
    {
      paper: (settings: RngdSettings = {}) =>
        fromSettings("rngd-paper", { ...paperSettings, ...settings }),
    },
  ),
);

function fromSettings(name: string, settings: FullSettings): Optimizer {
  const { learningRate, relative, absolute, momentum, average, refreshEvery, forward } = settings;
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings(
    name,
    { learningRate, relative, absolute, momentum },
    { learningRate: any, relative: any, absolute: any, momentum: [0, 1] },
  );
  checkRefresh(name, refreshEvery);
  if (average !== null) {
    checkSettings(name, { decay: average.decay }, { decay: [0, 1] });
    checkRefresh(name, average.refreshEvery);
    if (refreshEvery !== 1) throw refreshedTwice(name, refreshEvery);
  }
  if (relative === 0 && absolute === 0 && average === null) {
    throw new MetricError({
      where: name,
      must: "the metric of one batch is singular, so it must be damped",
      got: "relative 0 and absolute 0",
      todo: "pass { absolute: 0.5 } or { relative: 1e-4 }",
    });
  }
  return Object.freeze({
    name,
    settings: settingsRecord(settings),
    update: (context) => {
      const applications = forward === "train" ? context.applications : context.inference();
      const table =
        typeof settings.metrics === "function" ? settings.metrics(applications) : settings.metrics;
      const variables = context.parameters.map(({ variable }) => variable);
      const found = subsystems(applications, table, variables);
      if (average !== null) return averageMetricPhases(found, context, settings, average);
      if (refreshEvery > 1) return keptMetricPhases(found, context, settings);
      return batchMetricPhases(found, context, settings);
    },
  } satisfies Optimizer);
}

/** Throws GraphError for a number of steps that is no count. */
function checkRefresh(where: string, refreshEvery: number): void {
  if (Number.isInteger(refreshEvery) && refreshEvery >= 1) return;
  throw new GraphError({
    where,
    must: "refreshEvery must be a positive integer",
    got: String(refreshEvery),
    todo: "pass a number of steps such as 100",
  });
}

function refreshedTwice(where: string, refreshEvery: number): GraphError {
  return new GraphError({
    where,
    must: "with an average, refreshEvery belongs to it",
    got: `refreshEvery ${refreshEvery} beside an average`,
    todo: "pass { average: { decay, refreshEvery } }, or average: null",
  });
}
