import { type Node, type Update, type Variable, withScope } from "@metrigrad/graph";
import type { Subsystem } from "@metrigrad/metric";
import { gradients } from "../core/gradient.ts";
import { keeper } from "../core/keeper.ts";
import type { OptimizerContext, Phase } from "../core/optimizer.ts";
import type { FullSettings } from "./settings.ts";
import { stepAlong } from "./step.ts";
import { type Direction, solvedTogether } from "./together.ts";

/**
 * Preconditions with the metric of the batch of every T-th step: its rows and factors are kept
 * between, so that the other steps take products and triangular solves only.
 */
export function keptMetricPhases(
  subsystems: readonly Subsystem[],
  context: OptimizerContext,
  settings: FullSettings,
): Phase[] {
  const { relative, absolute, refreshEvery } = settings;
  const damping = { relative, absolute };
  const kept: (readonly Update[])[] = [];
  const directions: Direction[] = [];
  const found = new Map(gradients(context).map(({ variable, gradient }) => [variable, gradient]));
  const gradientsOf = (params: readonly Variable[]) => params.map((one) => found.get(one) as Node);
  for (const { path, params, block } of subsystems) {
    if (block === null) {
      directions.push(...params.map((one) => [one, found.get(one) as Node] as const));
      continue;
    }
    const [variable] = params as [Variable];
    const { keep, updates } = keeper(variable);
    const prepared = withScope(`metric/${path}`, () => block.prepare(keep, { damping }));
    const solve = (columns: Node) => withScope(`metric/${path}`, () => prepared.solve(columns));
    directions.push(...solvedTogether(block, params, gradientsOf(params), solve));
    kept.push(updates);
  }
  return [
    { every: refreshEvery, updates: kept.flat() },
    { every: 1, updates: stepAlong(directions, context, settings) },
  ];
}
