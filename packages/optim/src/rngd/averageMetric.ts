import { type Update, type Variable, withMetricScope } from "@metrigrad/graph";
import { averaged, type Keep, type Remember } from "@metrigrad/metric";
import { type Initializer, sizeOf } from "@metrigrad/tensor";
import { keeper } from "../core/keeper.ts";
import { slot } from "../core/slot.ts";
import {
  columnsOf,
  type Preconditioned,
  type PreconditionTask,
  packing,
} from "./preconditioned.ts";
import type { AverageSettings } from "./settings.ts";

const noDamping: Initializer = ({ shape }) => new Float64Array(sizeOf(shape));

/**
 * Preconditions with a running average of the batches' metrics, inverted now and then: the paper's
 * algorithm. M ← ρM + (1 − ρ)·batch after every step, M₀ = I; every T steps (M + λI)⁻¹ is kept. Kronecker and
 * diagonal metrics average their factors.
 */
export function averageMetric(
  { measured, dampingOf, solverOf, step }: PreconditionTask,
  { decay, refreshEvery }: AverageSettings,
): Preconditioned {
  const kept: (readonly Update[])[] = [];
  const always: Update[] = [];
  const blocks = measured.map((subsystem) => {
    const { path, params, block } = subsystem;
    const [variable] = params as readonly [Variable];
    const own = packing(subsystem);
    const remember: Remember = (name, kept, next) => {
      const made = slot(variable, name, kept);
      always.push([made, next(made)]);
      return made;
    };
    const { keep: keepFrom, updates } = keeper(variable);
    kept.push(updates);
    // M₀ = I is its own inverse: before the first refresh nothing is added.
    const keep: Keep = (name, value, init) =>
      keepFrom(name, value, name === "lambda" ? noDamping : init);
    return withMetricScope(path, () => {
      const average = averaged(block, decay, remember);
      const damping = dampingOf(subsystem);
      const options = { damping, solver: solverOf(subsystem) };
      const { solve, damped, lambda } = average.prepare(keep, options);
      const direction = solve(columnsOf(step, own));
      // A report may ask for it when the refresh is made: it is kept now.
      lambda();
      const { apply } = average;
      const solver = "inverse of the average";
      return { ...own, path, solver, apply, damped, solve, lambda, direction };
    });
  });
  const refresh = { every: refreshEvery, from: refreshEvery, updates: kept.flat() };
  return { blocks, before: [refresh], always };
}
