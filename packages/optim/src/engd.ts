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

/**
 * Settings of {@link engd}.
 *
 * By default `metrics` is `observedMetrics()`, `relative` is 1e-3, `absolute` is 0, and `adapt` is `{ by: "length"
 * }`.
 *
 * @category Optimizers: natural gradients
 */
export interface EngdSettings extends Omit<PreconditionSettings, "over" | "forward"> {
  /**
   * The lengths of the step that are tried: `{ trials: 10, longest: 2 }` by default. If null, the step is taken as it
   * is.
   */
  readonly lineSearch?: LineSearchSettings | null;
  /**
   * How the step bends with what is observed, see {@link acceleration}. By default it bends if a grid of lengths is
   * searched. If null, it never does.
   */
  readonly acceleration?: AccelerationSettings | null;
  /**
   * The momentum μ in [0, 1) in directions that the batch does not determine, see {@link spring}; 0 by default, which
   * is none.
   */
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
 * Makes the optimizer of energy natural gradient descent: θ ← θ − s(J'FJ + λI)⁻¹∇L (Müller and Zeinhofer 2023, arXiv
 * 2302.13163).
 *
 * J'FJ is the Fisher information of what the loss observes. For residuals under a Gaussian law the step is that of
 * Gauss and Newton. It is made for residuals of differential equations, least squares, and energies, in floats of 64
 * bits.
 *
 * By default the length s is searched along a step that bends ({@link acceleration}), and λ is as small as the search
 * allows: a factor of λ falls after a step of which the search takes enough, and rises after any other. With
 * `lineSearch: null` and `adapt: {}` it is the method of Levenberg and Marquardt. A step that does not lower the loss
 * is undone.
 *
 * @param settings - Damping, line search, acceleration and momentum.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @throws {@link MetricError} if `metrics` is not a table, or if nothing damps.
 * @category Optimizers: natural gradients
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
