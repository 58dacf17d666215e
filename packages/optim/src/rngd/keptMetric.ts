import { type Node, type Update, type Variable, withScope } from "@metrigrad/graph";
import { packed, type Subsystem } from "@metrigrad/metric";
import { gradients } from "../core/gradient.ts";
import { keeper } from "../core/keeper.ts";
import type { OptimizerContext, Phase } from "../core/optimizer.ts";
import type { FullSettings } from "./settings.ts";
import { stepAlong } from "./step.ts";

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
  const solves = new Map<Variable, (gradient: Node) => Node>();
  for (const { path, params, block } of subsystems) {
    if (block === null) continue;
    const [variable] = params as [Variable];
    packed(block, params);
    const { keep, updates } = keeper(variable);
    const prepared = withScope(`metric/${path}`, () => block.prepare(keep, { damping }));
    const solve = (gradient: Node) => withScope(`metric/${path}`, () => prepared.solve(gradient));
    solves.set(variable, solve);
    kept.push(updates);
  }
  const directions = gradients(context).map(({ variable, gradient }) => {
    return [variable, solves.get(variable)?.(gradient) ?? gradient] as const;
  });
  return [
    { every: refreshEvery, updates: kept.flat() },
    { every: 1, updates: stepAlong(directions, context, settings) },
  ];
}
