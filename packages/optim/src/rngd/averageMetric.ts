import { type Update, type Variable, withScope } from "@metrigrad/graph";
import { denseBlock } from "@metrigrad/metric";
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

/** Identity matrices [k, d, d]. */
const identities: Initializer = ({ shape }) => {
  const d = shape[1] as number;
  const result = new Float64Array(sizeOf(shape));
  for (let i = 0; i < result.length; i += d * d)
    for (let j = 0; j < d; j++) result[i + j * (d + 1)] = 1;
  return result;
};

/**
 * Preconditions with a running average of the batches' metrics, inverted now and then: the paper's
 * algorithm. M ← ρM + (1 − ρ)·batch after every step, M₀ = I; every T steps (M + λI)⁻¹ is kept.
 */
export function averageMetric(
  { measured, dampingOf, step }: PreconditionTask,
  { decay, refreshEvery }: AverageSettings,
): Preconditioned {
  const kept: (readonly Update[])[] = [];
  const always: Update[] = [];
  const blocks = measured.map((subsystem) => {
    const { path, params, block } = subsystem;
    const [variable] = params as readonly [Variable];
    const own = packing(subsystem);
    const shape = [block.matrices, block.size, block.size];
    const metric = slot(variable, "metric", { shape, init: identities });
    const { keep, updates } = keeper(variable);
    kept.push(updates);
    return withScope(`metric/${path}`, () => {
      always.push([metric, block.accumulate(metric, 1 - decay, decay)]);
      const average = denseBlock(metric, block.m, "average", block.columns);
      const damping = dampingOf(subsystem);
      const { solve, lambda } = average.prepare(keep, { damping });
      const direction = solve(columnsOf(step, own));
      // A report may ask for it when the refresh is made: it is kept now.
      lambda();
      const { apply } = average;
      return { ...own, path, solver: "inverse of the average", apply, lambda, direction };
    });
  });
  const refresh = { every: refreshEvery, from: refreshEvery, updates: kept.flat() };
  return { blocks, before: [refresh], always };
}
