import {
  arg,
  call,
  literal,
  type MatmulStep,
  primitiveFns,
  productAxes,
  type ReduceStep,
  type View,
} from "@metrigrad/tensor";
import { productScratch, termsPerBlock } from "../kernel/tile.ts";
import { sameBase } from "../loop/address.ts";
import { type Range, whole } from "../loop/nest.ts";
import { contiguous, type FixedRegion } from "../loop/region.ts";
import { lowerNativeProduct } from "../native/product.ts";
import { type I32, i32 } from "../wasm/index.ts";
import { sharesWell } from "./batch.ts";
import type { Lowering, StepContext } from "./context.ts";
import { lowerContraction } from "./contraction.ts";
import { productCost, shareable, sizeOf } from "./cost.ts";
import { type Finish, finisherOf, inBlocks } from "./finish.ts";
import { finishedMatrices } from "./finishGroups.ts";
import { flushResult } from "./flush.ts";
import { gridOf, gridShare } from "./grid.ts";
import { asMatrices, type ProductRegions, productSpaces } from "./groups.ts";
import { lowerMap } from "./map.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { reduceStep } from "./reduce.ts";
import { axisShare, forEachIndex, leading, longest } from "./rows.ts";

type Epilogue = NonNullable<MatmulStep["epilogue"]>;

/** Returns the same region with its last two axes swapped. */
function transposed(region: FixedRegion): FixedRegion {
  const swap = (list: readonly number[]) => [
    ...list.slice(0, -2),
    list.at(-1) as number,
    list.at(-2) as number,
  ];
  return { ...region, shape: swap(region.shape), strides: swap(region.strides) };
}

function stridesOf(region: FixedRegion): readonly [number, number] {
  return [region.strides.at(-2) as number, region.strides.at(-1) as number];
}

/**
 * Lowers c = a·b, and the expressions of it, as one phase.
 *
 * Parts share the batch, or else the rows and columns of C. The part that computed a block finishes it while it is in
 * the cache.
 */
export function lowerProduct(
  a: FixedRegion,
  b: FixedRegion,
  c: FixedRegion,
  context: StepContext,
  finish: Finish | null = null,
): void {
  if (c.shape.some((size) => size === 0)) return;
  // The kernel writes rows. If the columns of C are contiguous, its transpose is computed.
  const { options, library } = context;
  const { bytes, num } = options.floats;
  if (c.strides.at(-1) !== bytes && c.strides.at(-2) === bytes) {
    const turned = finish && {
      ...finish,
      inputs: finish.inputs.map(transposed),
      outputs: finish.outputs.map(transposed),
    };
    lowerProduct(transposed(b), transposed(a), transposed(c), context, turned);
    return;
  }
  const finisher = finish && finisherOf(finish, context);
  if (lowerNativeProduct(a, b, c, context, finisher)) return;
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) as number;
  const [aRow, aCol] = stridesOf(a);
  const [bRow, bCol] = stridesOf(b);
  const [cRow, cCol] = stridesOf(c);
  const axes = c.shape.length - 2;
  const batch = c.shape.slice(0, axes);
  const shareBatch = longest(batch) > 1 && sharesWell(batch, context.parts);
  const work = sizeOf(batch) * productCost(m, n, k, options.floats) + (finisher?.cost ?? 0);
  const grid = gridOf(m, n, context.partsOf(work));
  const grains = shareBatch ? longest(batch) : grid.rows * grid.columns;
  const cost = shareable(grains, work);
  const scratch = context.partScratch(productScratch(m, n, k, options), grains, cost);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => {
      const { rows, cols } = shareBatch
        ? { rows: whole(m), cols: whole(n) }
        : gridShare(f, m, n, grid, part, parts);
      const first = shareBatch ? axisShare(f, batch, part, parts) : null;
      const count = (range: Range) =>
        typeof range.to === "number" ? range.to : i32.sub(range.to, range.from);
      const from = (base: I32, range: Range, stride: number) =>
        i32.add(base, i32.mul(range.from, stride));
      const matrices = [a, b, c, ...(finisher?.regions ?? [])].map((matrix) =>
        leading(matrix, axes),
      );
      forEachIndex(f, batch, matrices, first, ([a0, b0, c0, ...others]) => {
        const multiply = (rows: Range, cols: Range) =>
          f.call(
            library.gemm,
            ...[from(a0 as I32, rows, aRow), aRow, aCol],
            ...[from(b0 as I32, cols, bCol), bRow, bCol],
            ...[from(from(c0 as I32, rows, cRow), cols, cCol), cRow, cCol],
            ...[count(rows), count(cols), k, termsPerBlock(k, options), 0, 0, 0, 0],
            ...[num.const(1), own],
          );
        if (finisher === null) multiply(rows, cols);
        else {
          inBlocks(f, [m, n], rows, cols, options, (down, across) => {
            multiply(down, across);
            finisher.emit(f, others, down, across);
          });
        }
      });
    });
  });
}

/** Lowers outputs = a·b, as plain matrices if that is possible. */
function lowerGroups(step: MatmulStep, regions: ProductRegions, context: StepContext): void {
  if (step.groups === undefined) {
    lowerProduct(regions.a, regions.b, regions.c, context);
    return;
  }
  if (regions.c.shape.includes(0)) return;
  const spaces = productSpaces(step, regions, context.options.floats);
  const matrices = asMatrices(spaces, context.options.floats);
  if (matrices !== null) {
    lowerProduct(matrices.a, matrices.b, matrices.c, context);
  } else if (productAxes(step).inner.includes(0)) {
    const { shape } = regions.c;
    lowerMap(shape, { inputs: [], exprs: [literal(0)], outputs: [regions.c] }, context);
  } else lowerContraction(spaces, context);
}

/** Returns a product with one row or one column as a reduction, which reads the matrix once; null for others. */
function asReduction(step: MatmulStep): ReduceStep | null {
  const { a, b, label } = step;
  const [output] = step.outputs as [View];
  const { batch, rows, inner, columns } = productAxes(step);
  const [m, n] = [sizeOf(rows), sizeOf(columns)];
  if (m !== 1 && n !== 1) return null;
  const still = inner.map(() => 0);
  const lead = batch.length;
  const part = ({ strides }: View, from: number, count: number) =>
    strides.slice(from, from + count);
  const alongA = part(a, lead + rows.length, inner.length);
  const alongB = part(b, lead, inner.length);
  const own = n === 1 ? rows : columns;
  const ownA = n === 1 ? part(a, lead, rows.length) : columns.map(() => 0);
  const ownB = n === 1 ? rows.map(() => 0) : part(b, lead + inner.length, columns.length);
  const kept = part(output, n === 1 ? lead : lead + rows.length, own.length);
  const rowsFirst = <T>(first: readonly T[], second: readonly T[]): T[] =>
    n === 1 ? [...first, ...second] : [...second, ...first];
  const shape = [...batch, ...rowsFirst(own, inner)];
  const from = n === 1 ? lead + own.length : lead;
  return {
    kind: "reduce",
    shape,
    axes: still.map((_, at) => from + at),
    inputs: [
      { ...a, shape, strides: [...part(a, 0, lead), ...rowsFirst(ownA, alongA)] },
      { ...b, shape, strides: [...part(b, 0, lead), ...rowsFirst(ownB, alongB)] },
    ],
    exprs: [call(primitiveFns.mul, arg(0), arg(1))],
    ops: ["sum"],
    outputs: [
      { ...output, shape: [...batch, ...own], strides: [...part(output, 0, lead), ...kept] },
    ],
    label,
  };
}

/** Returns whether two regions are the same. */
function same(x: FixedRegion, y: FixedRegion): boolean {
  return sameBase(x.base, y.base);
}

/** Lowers outputs = expressions of a·b, in the phase of the product if axes of a group can count as one. */
function lowerFinished(step: MatmulStep, epilogue: Epilogue, context: StepContext): void {
  const { exprs } = epilogue;
  const outputs = step.outputs.map(context.region);
  const inputs = epilogue.inputs.map(context.region);
  const { shape } = outputs[0] as FixedRegion;
  // The product may take the place of an output, best of the one that is the product itself, unless the epilogue
  // still reads that place.
  const { type, bytes } = context.options.floats;
  const isProduct = (at: number) => exprs[at]?.kind === "arg" && exprs[at].index === 0;
  const free = outputs
    .map((output, at) => ({ output, at }))
    .filter(({ output }) => output.dtype === type && !inputs.some((one) => same(one, output)))
    .sort((x, y) => Number(isProduct(y.at)) - Number(isProduct(x.at)))[0];
  const c = free?.output ?? contiguous(context.scratch(bytes * sizeOf(shape)), shape, type);
  // An output that is the product itself is already there.
  const done = free !== undefined && isProduct(free.at) && free.output.flush !== true;
  const left = <T>(list: readonly T[]) => list.filter((_, at) => !done || at !== free.at);
  const finish: Finish = { inputs: [c, ...inputs], exprs: left(exprs), outputs: left(outputs) };
  const regions = { a: context.region(step.a), b: context.region(step.b), c };
  if (finish.exprs.length === 0) {
    lowerGroups(step, regions, context);
    return;
  }
  const matrices = finishedMatrices(step, regions, finish);
  if (matrices !== null) {
    lowerProduct(matrices.a, matrices.b, matrices.c, context, matrices.finish);
    return;
  }
  lowerGroups(step, regions, context);
  lowerMap(shape, finish, context);
}

/** Lowers outputs = a·b, or a fused map of it. */
export const matmulStep: Lowering<MatmulStep> = (step, context) => {
  const reduction = step.epilogue ? null : asReduction(step);
  if (reduction !== null) {
    reduceStep(reduction, context);
    return;
  }
  if (step.epilogue) {
    lowerFinished(step, step.epilogue, context);
    return;
  }
  const output = context.region(step.outputs[0] as View);
  lowerGroups(step, { a: context.region(step.a), b: context.region(step.b), c: output }, context);
  flushResult(output, context);
};
