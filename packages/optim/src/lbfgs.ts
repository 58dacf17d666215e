import type { Optimizer } from "./core/optimizer.ts";
import { checkKnown } from "./core/settings.ts";
import { history } from "./quasiNewton/history.ts";
import type { WolfeSettings } from "./quasiNewton/lineSearch.ts";
import { quasiNewtonPhases } from "./quasiNewton/quasiNewton.ts";
import { checkInteger, fullLineSearch } from "./quasiNewton/settings.ts";

/**
 * Settings of {@link lbfgs}.
 *
 * @category Optimizers
 */
export interface LbfgsSettings {
  /**
   * The number of pairs of steps and changes of the gradient that are kept; 10 by default (PyTorch: 100). A pair
   * takes 2P numbers for P parameters.
   */
  readonly memory?: number;
  /** The line search under the strong Wolfe conditions; each of its settings has a default. */
  readonly lineSearch?: WolfeSettings;
}

/**
 * Makes the optimizer L-BFGS with a line search for the strong Wolfe conditions.
 *
 * The sources are algorithms 7.4, 3.5 and 3.6 of Nocedal and Wright (2006), as in PyTorch's
 * `LBFGS(line_search_fn="strong_wolfe")`. The first trial of a line is t = 1, and min(1, 1/‖g‖₁) on the first line.
 *
 * One step is one evaluation of loss and gradient, at a trial point of the line search. So a step costs as much as
 * one of other optimizers, and a step may leave the parameters where they are. The parameters are always the last
 * accepted point, even if a run ends in the middle of a search. The loss of a step is the loss at that point.
 *
 * The loss must be the same function at every step: pass all rows as one batch, without dropout. To go on with other
 * rows, begin anew with `resume: false`. The method is done if not even the negative gradient leads down, to
 * rounding. Further steps then change nothing, and the report says so.
 *
 * {@includeCode ../../../examples/api/optim/lbfgs.ts#example}
 *
 * @param settings - Memory and line search.
 * @returns The optimizer. It reports `stepLength` and `evaluations` (the trial's length, and its number in its
 *   search), the `slope` of the line, `iterations` (accepted points so far), and `done` (1 or 0).
 * @throws {@link GraphError} if a setting is unknown or out of range. When a step is built: if the gradients are not
 *   those of one batch, such as accumulated ones.
 * @category Optimizers
 */
export function lbfgs(settings: LbfgsSettings = {}): Optimizer {
  checkKnown("lbfgs", settings, ["memory", "lineSearch"]);
  const { memory = 10, lineSearch: given = {} } = settings;
  checkInteger("lbfgs", "memory", memory);
  const lineSearch = fullLineSearch("lbfgs", given);
  const task = { name: "lbfgs", lineSearch, inverse: history(memory) };
  return Object.freeze({
    name: "lbfgs",
    settings: { memory, lineSearch },
    fixedLoss: true,
    update: (context) => quasiNewtonPhases(task, context),
  } satisfies Optimizer);
}
