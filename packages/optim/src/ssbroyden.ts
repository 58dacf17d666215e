import type { Optimizer } from "./core/optimizer.ts";
import { checkKnown } from "./core/settings.ts";
import type { WolfeSettings } from "./quasiNewton/lineSearch.ts";
import { quasiNewtonPhases } from "./quasiNewton/quasiNewton.ts";
import { selfScaled } from "./quasiNewton/selfScaled.ts";
import { fullLineSearch } from "./quasiNewton/settings.ts";

/** Settings of the self-scaled Broyden method. */
export interface SsbroydenSettings {
  /** Of the line search under the strong Wolfe conditions. */
  readonly lineSearch?: WolfeSettings;
}

/**
 * The self-scaled Broyden method (Al-Baali 1998; SSBroyden of Urbán, Stefanou and Pons 2025, arXiv 2405.04230), the
 * strongest quasi-Newton method known for physics-informed networks: a dense inverse Hessian, P² numbers for P
 * parameters, from H = I, with the line search of `lbfgs`. All that `lbfgs` says of steps, batches, the end of a
 * run and the report holds here too.
 * @param settings - What is not given has its default.
 * @returns an optimizer
 * @throws GraphError for settings out of range; while a step is built for accumulated gradients
 */
export function ssbroyden(settings: SsbroydenSettings = {}): Optimizer {
  checkKnown("ssbroyden", settings, ["lineSearch"]);
  const lineSearch = fullLineSearch("ssbroyden", settings.lineSearch ?? {});
  const task = { name: "ssbroyden", lineSearch, inverse: selfScaled };
  return Object.freeze({
    name: "ssbroyden",
    settings: { lineSearch },
    update: (context) => quasiNewtonPhases(task, context),
  } satisfies Optimizer);
}
