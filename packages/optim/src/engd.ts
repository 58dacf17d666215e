import { observedMetrics } from "@metrigrad/metric";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { withDefaults } from "./core/settings.ts";
import { preconditionBy } from "./rngd/precondition.ts";
import { batchSettings, type PreconditionSettings, preconditionRecord } from "./rngd/settings.ts";
import { type AccelerationSettings, accelerationBy } from "./transforms/acceleration.ts";
import { type LineSearchSettings, lineSearch } from "./transforms/lineSearch.ts";
import { reject } from "./transforms/reject.ts";
import { spring } from "./transforms/spring.ts";

/** Settings of energy natural gradient descent; each has a default. */
export interface EngdSettings extends Omit<PreconditionSettings, "over" | "forward"> {
  /** Lengths of the step that are tried; null: the step as it is. */
  readonly lineSearch?: LineSearchSettings | null;
  /** The step bends with what is observed, as `acceleration` has it: by default where a grid of lengths is searched; null: never. */
  readonly acceleration?: AccelerationSettings | null;
  /** μ of the momentum where the batch does not determine the step, as `spring` has it; 0: none. */
  readonly momentum?: number;
}

const { over: _, forward: __, ...ofBatch } = batchSettings;

const defaults: Required<EngdSettings> = Object.freeze({
  ...ofBatch,
  metrics: observedMetrics(),
  relative: 1e-3,
  absolute: 0,
  adapt: Object.freeze({ by: "length" }),
  lineSearch: Object.freeze({ trials: 10, longest: 2 }),
  acceleration: Object.freeze({ limit: null }),
  momentum: 0,
});

/**
 * Energy natural gradient descent (Müller and Zeinhofer 2023, arXiv 2302.13163): θ ← θ − s(J'FJ + λI)⁻¹∇L with the Fisher information
 * of what the loss observes; for residuals under a Gaussian law that is the step of Gauss and Newton. By default s is searched along a step that bends (`acceleration`), and λ is as
 * small as the search allows: a factor of it falls after steps of which the search takes enough, and rises after others. With
 * `lineSearch: null` and `adapt: {}` it is the method of Levenberg and Marquardt. A step that does not lower the loss is undone.
 * Made for residuals of differential equations, least squares, and energies, in floats of 64 bits. Throws GraphError for settings out of range,
 * MetricError where nothing damps.
 */
export function engd(settings: EngdSettings = {}): Optimizer {
  const full = withDefaults("engd", settings, defaults);
  const { lineSearch: search, momentum } = full;
  const isGrid = search !== null && search.rule !== "wolfe";
  const bend = isGrid || settings.acceleration !== undefined ? full.acceleration : null;
  const parts = { ...batchSettings, ...full };
  const record = {
    ...preconditionRecord(parts),
    lineSearch: search,
    acceleration: bend,
    momentum,
  };
  return optimizerOf("engd", record, [
    preconditionBy("engd", parts),
    ...(momentum === 0 ? [] : [spring(momentum)]),
    ...(bend === null ? [] : [accelerationBy(bend, settings.acceleration !== undefined)]),
    ...(search === null ? [] : [lineSearch(search)]),
    reject(),
  ]);
}
