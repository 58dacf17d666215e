import {
  isFinite,
  mul,
  sum,
  type Update,
  type Variable,
  where,
  withMetricScope,
} from "@metrigrad/graph";
import { averaged, type FullOver, type Subsystem, windowed } from "@metrigrad/metric";
import { holdsOf } from "../core/holds.ts";
import { total } from "../core/inner.ts";
import type { OptimizerContext } from "../core/optimizer.ts";
import { dampingFactor, nextFactor } from "./adapt.ts";
import { type Adaptation, fullAdaptation, higherFactor } from "./adaptation.ts";
import {
  columnsOf,
  type Preconditioned,
  type PreconditionTask,
  packing,
} from "./preconditioned.ts";
import { effortOf } from "./settings.ts";
import { floatOf, holdsWith, inPrecision, solveIn } from "./solvePrecision.ts";

/**
 * Preconditions with a metric that is made every T steps and held between.
 *
 * It is that of the batch of that step, whose rows and inverses are held, or the running average of all batches, as
 * in the paper's algorithm.
 */
export function heldMetric(
  { measured, dampingOf, solverOf, settings, step, context }: PreconditionTask,
  { every, average }: FullOver,
): Preconditioned {
  const refreshed: Update[] = [];
  const always: Update[] = [];
  const { adapt } = settings;
  const blocks = measured.map((subsystem) => {
    const { path, params } = subsystem;
    const own = packing(subsystem);
    const holds = holdsOf(params[0] as Variable, context);
    return withMetricScope(path, () => {
      const { solvePrecision: precision } = settings;
      const holdAt = holdsWith(precision, holds);
      const block =
        average === null ? subsystem.block : averaged(subsystem.block, average, holdAt(always));
      const by = solverOf(subsystem);
      const prepared = block.prepare(holdAt(refreshed), {
        damping: dampingOf(subsystem),
        solver: by,
        ...effortOf(settings),
        float: floatOf(precision, context.float),
        // An average begins with I, which without damping is its own inverse.
        first: average === null ? "zero" : "identity",
      });
      const solve = solveIn(precision, path, prepared);
      const asked = columnsOf(step, own);
      const solved = prepared.solve(asked);
      const direction = inPrecision(precision, solved);
      // A bound or a report may ask for these when the phases are made. Asking now makes sure that they are held.
      solve.lambda();
      solve.apply(direction);
      const solver = average === null ? `${by}, kept` : "inverse of the average";
      return { ...own, ...solve, path, solver, asked: () => asked, solved, direction };
    });
  });
  const from = average === null ? 0 : every;
  const updates = adapt === null ? refreshed : adapted(refreshed, adapt, context);
  return { blocks, before: [{ every, from, updates }], always };
}

/**
 * Returns a refresh that keeps what is held if the new values are not finite, and raises the damping for the next
 * refresh.
 */
function adapted(
  refreshed: readonly Update[],
  adapt: Adaptation,
  context: OptimizerContext,
): readonly Update[] {
  const made = refreshed.map(([, value]) => sum(mul(value, 0)));
  const finite = isFinite(total(made));
  const factor = dampingFactor(context);
  const after = where(finite, factor, higherFactor(fullAdaptation("adapt", adapt), context));
  return [
    ...refreshed.map(([slot, value]): Update => [slot, value, finite]),
    [factor, after],
    [nextFactor(context), after],
  ];
}

/**
 * Returns the subsystems with blocks over the last k batches. The updates that hold the rows of earlier batches are
 * added to `updates`. Throws MetricError for a block that is not made of rows.
 */
export function overWindow(
  subsystems: readonly Subsystem[],
  k: number,
  updates: Update[],
  context: OptimizerContext,
): readonly Subsystem[] {
  if (k === 1) return subsystems;
  return subsystems.map((one) => {
    const { block, params } = one;
    if (block === null) return one;
    return { ...one, block: windowed(block, k, holdsOf(params[0] as Variable, context)(updates)) };
  });
}
