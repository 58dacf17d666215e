import { type MatmulStep, productAxes } from "@metrigrad/tensor";
import { bytesOf } from "../loop/lanes.ts";
import type { FixedRegion } from "../loop/region.ts";
import { sizeOf } from "./cost.ts";
import type { Finish } from "./finish.ts";
import type { ProductRegions } from "./groups.ts";

/** A product of matrices, with the values that are computed from it. */
export interface FinishedMatrices extends ProductRegions {
  readonly finish: Finish;
}

/**
 * Returns the matrices of a product with an epilogue, in which the axes of each group count as one; null if they are
 * not evenly apart in each region.
 */
export function finishedMatrices(
  step: MatmulStep,
  { a, b, c }: ProductRegions,
  finish: Finish,
): FinishedMatrices | null {
  if (step.groups === undefined) return { a, b, c, finish };
  const { batch, rows, inner, columns } = productAxes(step);
  if (inner.includes(0)) return null;
  const matrix = (region: FixedRegion, down: readonly number[], right: readonly number[]) =>
    asMatrix(region, batch.length, down, right);
  const [left, right] = [matrix(a, rows, inner), matrix(b, inner, columns)];
  const inputs = finish.inputs.map((region) => matrix(region, rows, columns));
  const outputs = finish.outputs.map((region) => matrix(region, rows, columns));
  if ([left, right, ...inputs, ...outputs].includes(null)) return null;
  return {
    a: left as FixedRegion,
    b: right as FixedRegion,
    c: inputs[0] as FixedRegion,
    finish: {
      exprs: finish.exprs,
      inputs: inputs as FixedRegion[],
      outputs: outputs as FixedRegion[],
    },
  };
}

/** Returns a region whose axes after the batch are two groups, each as one axis. */
function asMatrix(
  region: FixedRegion,
  lead: number,
  down: readonly number[],
  right: readonly number[],
): FixedRegion | null {
  const { shape, strides, dtype } = region;
  const middle = lead + down.length;
  const alone = bytesOf(dtype);
  const own = [
    merged(down, strides.slice(lead, middle), alone),
    merged(right, strides.slice(middle), alone),
  ];
  if (own.includes(null)) return null;
  return {
    ...region,
    shape: [...shape.slice(0, lead), sizeOf(down), sizeOf(right)],
    strides: [...strides.slice(0, lead), ...(own as number[])],
  };
}

/** Returns the stride of several axes as one, `alone` for one element; null if they are not evenly apart. */
function merged(
  sizes: readonly number[],
  strides: readonly number[],
  alone: number,
): number | null {
  const axes = sizes.map((_, axis) => axis).filter((axis) => sizes[axis] !== 1);
  const even = axes.slice(1).every((axis, turn) => {
    return strides[axes[turn] as number] === (sizes[axis] as number) * (strides[axis] as number);
  });
  return even ? (strides[axes.at(-1) ?? -1] ?? alone) : null;
}
