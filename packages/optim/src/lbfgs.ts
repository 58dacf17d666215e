import type { Optimizer } from "./core/optimizer.ts";
import { checkKnown } from "./core/settings.ts";
import { history } from "./quasiNewton/history.ts";
import type { WolfeSettings } from "./quasiNewton/lineSearch.ts";
import { quasiNewtonPhases } from "./quasiNewton/quasiNewton.ts";
import { checkInteger, fullLineSearch } from "./quasiNewton/settings.ts";

/** Settings of L-BFGS. */
export interface LbfgsSettings {
  /** Pairs of steps and changes of the gradient that are kept, 2 memory P numbers; 10 by default (PyTorch: 100). */
  readonly memory?: number;
  /** Of the line search under the strong Wolfe conditions. */
  readonly lineSearch?: WolfeSettings;
}

/**
 * L-BFGS with a line search for the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 7.4, 3.5 and 3.6, as in
 * PyTorch's `LBFGS(line_search_fn="strong_wolfe")`). The first trial of a line is t = 1, on the first line min(1, 1/‖g‖₁).
 *
 * One step is one evaluation of loss and gradient, at a trial point of the line search. So steps compare with those of
 * other optimizers, and a step may leave the parameters where they are. The parameters are always the last accepted
 * point, also where a run ends in the middle of a search, and the loss of a step is the loss there.
 *
 * The loss must be the same function at every step: pass all rows as one batch, without dropout. To go on with other
 * rows begin anew (`resume: false`). Where not even the gradient leads down, to rounding, the method is done and further
 * steps change nothing; the report says so.
 * @param settings - What is not given has its default.
 * @returns an optimizer; it reports the trial's `stepLength` and number in its search (`evaluations`), the `slope` of the
 *   line, `iterations` (accepted points so far), and 1 for `done`
 * @throws GraphError for settings out of range; while a step is built for accumulated gradients
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
    update: (context) => quasiNewtonPhases(task, context),
  } satisfies Optimizer);
}
