import { type Node, planOf } from "@metrigrad/graph";
import {
  type FloatType,
  type Plan,
  productAxes,
  type Step,
  sizeOf,
  stepViews,
} from "@metrigrad/tensor";

/** The largest number of rows that go through a model together. It is enough for fast products. */
const mostRows = 2500;

/**
 * The largest number of operations of one run. A cpu does them in about 10 ms, so the event loop is free in between.
 * The size of chunks follows from the graph and not from the clock, so results do not depend on the speed of the
 * machine.
 */
const mostWork = 1e8;

/** Returns how many rows should go through a graph together. `build` returns the outputs for a number of rows. */
export function chunkRows(
  build: (rows: number) => readonly Node[],
  most: number,
  float: FloatType,
): number {
  const rows = Math.max(1, Math.min(most, mostRows));
  const work = workOf(planOf({ outputs: build(rows), updates: [], float }).plan);
  return work <= mostWork ? rows : Math.max(1, Math.floor((rows * mostWork) / work));
}

/** Returns about how many operations a plan takes. */
function workOf(plan: Plan): number {
  return plan.steps.reduce((sum, step) => sum + stepWork(step), 0);
}

function stepWork(step: Step): number {
  const { reads, writes } = stepViews(step);
  const elements = [...reads, ...writes].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (step.kind === "matmul") return 2 * sizeOf(step.a.shape) * sizeOf(productAxes(step).columns);
  if (step.kind === "gram") return sizeOf(step.x.shape) * (step.x.shape.at(-1) ?? 1);
  if (step.kind === "triangularSolve") return sizeOf(step.rhs.shape) * (step.l.shape.at(-1) ?? 1);
  if (step.kind === "cholesky") return sizeOf(step.a.shape) * (step.a.shape.at(-1) ?? 1);
  if (step.kind === "convolve") {
    return 2 * sizeOf(step.a.shape) * sizeOf(step.b.shape.slice(-step.shift.length));
  }
  if (step.kind === "eigh") return 20 * sizeOf(step.a.shape) * (step.a.shape.at(-1) ?? 1);
  return 4 * elements;
}
