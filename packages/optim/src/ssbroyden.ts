import type { Optimizer } from "./core/optimizer.ts";
import { checkKnown } from "./core/settings.ts";
import type { WolfeSettings } from "./quasiNewton/lineSearch.ts";
import { quasiNewtonPhases } from "./quasiNewton/quasiNewton.ts";
import { selfScaled } from "./quasiNewton/selfScaled.ts";
import { fullLineSearch } from "./quasiNewton/settings.ts";

/**
 * Settings of {@link ssbroyden}.
 *
 * @category Optimizers
 */
export interface SsbroydenSettings {
  /** The line search under the strong Wolfe conditions; each of its settings has a default. */
  readonly lineSearch?: WolfeSettings;
}

/**
 * Makes the optimizer of the self-scaled Broyden method, for physics-informed networks of few parameters.
 *
 * It keeps a dense inverse Hessian, P² numbers for P parameters, which begins with H = I (Al-Baali 1998; SSBroyden of
 * Urbán, Stefanou and Pons 2025, arXiv 2405.04230). Line search, steps, batches, the end of a run and the report are
 * those of {@link lbfgs}.
 *
 * @param settings - The line search.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range. When a step is built: if the gradients are not
 *   those of one batch, such as accumulated ones.
 * @category Optimizers
 */
export function ssbroyden(settings: SsbroydenSettings = {}): Optimizer {
  checkKnown("ssbroyden", settings, ["lineSearch"]);
  const lineSearch = fullLineSearch("ssbroyden", settings.lineSearch ?? {});
  const task = { name: "ssbroyden", lineSearch, inverse: selfScaled };
  return Object.freeze({
    name: "ssbroyden",
    settings: { lineSearch },
    fixedLoss: true,
    update: (context) => quasiNewtonPhases(task, context),
  } satisfies Optimizer);
}
