import {
  add,
  broadcastTo,
  cholesky,
  eye,
  gram,
  mul,
  type Node,
  sum,
  triangularSolve,
  type Update,
  type Variable,
  withScope,
} from "@metrigrad/graph";
import { denseBlock, packed, type Subsystem } from "@metrigrad/metric";
import { type Initializer, sizeOf } from "@metrigrad/tensor";
import { gradients } from "../core/gradient.ts";
import type { OptimizerContext, Phase } from "../core/optimizer.ts";
import { slot } from "../core/slot.ts";
import { asRows } from "./rows.ts";
import type { AverageSettings, FullSettings } from "./settings.ts";
import { stepAlong } from "./step.ts";

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
  const refresh: Update[] = [];
  const averages: Update[] = [];
  const inverses = new Map<Variable, (gradient: Node) => Node>();
  for (const { path, params, block } of subsystems) {
    if (block === null) continue;
    const [variable] = params as [Variable];
    const rows = asRows(path, block);
    packed(rows, params);
    const shape = [rows.matrices, rows.d, rows.d];
    const metric = slot(variable, "metric", { shape, init: identities });
    const inverse = slot(variable, "inverse", { shape, init: identities });
    withScope(`metric/${path}`, () => {
      averages.push([metric, rows.accumulate(metric, 1 - average.decay, average.decay)]);
      refresh.push([inverse, inverseOf(metric, relative, absolute)]);
    });
    const kept = denseBlock(inverse, rows.m, "inverse");
    inverses.set(variable, (gradient) => withScope(`metric/${path}`, () => kept.apply(gradient)));
  }
  const directions = gradients(context).map(({ variable, gradient }) => {
    const direction = inverses.get(variable)?.(gradient) ?? gradient;
    return [variable, direction] as const;
  });
  const { refreshEvery } = average;
  return [
    { every: refreshEvery, from: refreshEvery, updates: refresh },
    { every: 1, updates: [...stepAlong(directions, context, settings), ...averages] },
  ];
}

/** (M + (ε_rel tr M + ε_abs) I)⁻¹ = X'X with X = L⁻¹, for matrices [k, d, d]: symmetric to the last bit. */
function inverseOf(matrices: Node, relative: number, absolute: number): Node {
  const [count = 0, d = 0] = matrices.shape;
  const trace = sum(mul(matrices, eye(d)), { axis: [1, 2] });
  const factor = cholesky(matrices, { shift: add(mul(trace, relative), absolute) });
  return gram(triangularSolve(factor, broadcastTo(eye(d), [count, d, d])));
}
