import { type Update, type Variable, withMetricScope } from "@metrigrad/graph";
import { keeper } from "../core/keeper.ts";
import {
  columnsOf,
  type Preconditioned,
  type PreconditionTask,
  packing,
} from "./preconditioned.ts";

/**
 * Preconditions with the metric of the batch of every T-th step: its rows and inverses are kept
 * between, so that the other steps take products only.
 */
export function keptMetric(task: PreconditionTask): Preconditioned {
  const { measured, dampingOf, solverOf, settings, step } = task;
  const kept: (readonly Update[])[] = [];
  const blocks = measured.map((subsystem) => {
    const { path, params, block } = subsystem;
    const own = packing(subsystem);
    const { keep, updates } = keeper(params[0] as Variable);
    kept.push(updates);
    return withMetricScope(path, () => {
      const [damping, by] = [dampingOf(subsystem), solverOf(subsystem)];
      const { solve, apply, damped, lambda } = block.prepare(keep, { damping, solver: by });
      const direction = solve(columnsOf(step, own));
      // A bound or a report may ask for these when the refresh is made: they are kept now.
      lambda();
      apply(direction);
      const solver = `${by}, kept`;
      return { ...own, path, solver, apply, damped, solve, lambda, direction };
    });
  });
  const refresh = { every: settings.refreshEvery, updates: kept.flat() };
  return { blocks, before: [refresh], always: [] };
}
