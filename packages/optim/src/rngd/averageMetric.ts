import { type Node, type Update, type Variable, withScope } from "@metrigrad/graph";
import { denseBlock, type Subsystem } from "@metrigrad/metric";
import { type Initializer, sizeOf } from "@metrigrad/tensor";
import { gradients } from "../core/gradient.ts";
import { keeper } from "../core/keeper.ts";
import type { OptimizerContext, Phase } from "../core/optimizer.ts";
import { slot } from "../core/slot.ts";
import { asRows } from "./rows.ts";
import type { AverageSettings, FullSettings } from "./settings.ts";
import { stepAlong } from "./step.ts";
import { type Direction, solvedTogether } from "./together.ts";

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
export function averageMetricPhases(
  subsystems: readonly Subsystem[],
  context: OptimizerContext,
  settings: FullSettings,
  average: AverageSettings,
): Phase[] {
  const { relative, absolute } = settings;
  const damping = { relative, absolute };
  const kept: (readonly Update[])[] = [];
  const averages: Update[] = [];
  const directions: Direction[] = [];
  const found = new Map(gradients(context).map(({ variable, gradient }) => [variable, gradient]));
  const gradientsOf = (params: readonly Variable[]) => params.map((one) => found.get(one) as Node);
  for (const { path, params, block } of subsystems) {
    if (block === null) {
      directions.push(...params.map((one) => [one, found.get(one) as Node] as const));
      continue;
    }
    const [variable] = params as [Variable];
    const rows = asRows(path, block);
    const shape = [rows.matrices, rows.d, rows.d];
    const metric = slot(variable, "metric", { shape, init: identities });
    const scope = `metric/${path}`;
    withScope(scope, () => {
      averages.push([metric, rows.accumulate(metric, 1 - average.decay, average.decay)]);
    });
    const { keep, updates } = keeper(variable);
    const whole = denseBlock(metric, rows.m, "average");
    const prepared = withScope(scope, () => whole.prepare(keep, { damping }));
    const solve = (columns: Node) => withScope(scope, () => prepared.solve(columns));
    directions.push(...solvedTogether(rows, params, gradientsOf(params), solve));
    kept.push(updates);
  }
  const { refreshEvery } = average;
  return [
    { every: refreshEvery, from: refreshEvery, updates: kept.flat() },
    { every: 1, updates: [...stepAlong(directions, context, settings), ...averages] },
  ];
}
