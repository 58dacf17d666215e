import type { TriangularSolveStep } from "@metrigrad/tensor";
import { solveScratch } from "../kernel/solve.ts";
import { sameBase } from "../loop/address.ts";
import { share } from "../loop/nest.ts";
import { contiguous, type FixedRegion } from "../loop/region.ts";
import { asI32, type I32, i32 } from "../wasm/index.ts";
import { forEachBatch, forWholeBatch, sharesWell } from "./batch.ts";
import type { Lowering, StepContext } from "./context.ts";
import { lowerCopy } from "./copy.ts";
import { productCost, shareable, sizeOf } from "./cost.ts";
import { flushResult } from "./flush.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { longest } from "./rows.ts";

/** Solves in place for one contiguous right-hand side. */
function solveVector(
  l: FixedRegion,
  x: FixedRegion,
  transpose: boolean,
  context: StepContext,
): boolean {
  const { library, options } = context;
  const { bytes } = options.floats;
  const [lRow, lCol] = l.strides.slice(-2) as [number, number];
  const [size, cols] = x.shape.slice(-2) as [number, number];
  if (cols !== 1 || (x.strides.at(-2) !== bytes && size > 1)) return false;
  if (lCol !== bytes && lRow !== bytes) return false;
  const byRows = lCol === bytes;
  const forward = byRows ? library.solveRows : library.solveColumns;
  const back = byRows ? library.solveRowsBack : library.solveColumnsBack;
  const axes = x.shape.length - 2;
  const cost = shareable(longest(x.shape.slice(0, axes)), 0.1 * sizeOf(x.shape) * size);
  context.phase(cost, (f, part, parts) => {
    forEachBatch(f, axes, [x, l], part, parts, ([to, from]) => {
      const kernel = transpose ? back : forward;
      f.call(kernel, from as I32, byRows ? lRow : lCol, to as I32, size);
    });
  });
  return true;
}

/** Solves in place for many right-hand sides with contiguous rows; for L' with negative strides. */
function solveMatrix(
  l: FixedRegion,
  x: FixedRegion,
  transpose: boolean,
  context: StepContext,
): void {
  const { library, options } = context;
  const [lRow, lCol] = l.strides.slice(-2) as [number, number];
  const xRow = x.strides.at(-2) as number;
  const [size, cols] = x.shape.slice(-2) as [number, number];
  const axes = x.shape.length - 2;
  const batch = x.shape.slice(0, axes);
  const shareBatch = longest(batch) > 1 && sharesWell(batch, context.parts);
  const grains = shareBatch ? longest(batch) : Math.ceil(cols / 8);
  const cost = shareable(grains, sizeOf(batch) * productCost(size, cols, size, options.floats));
  const scratch = context.partScratch(solveScratch(size, cols, options), grains, cost);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => {
      const solve = (from: I32, first: I32, count: I32) => {
        const to = f.let(first);
        const last = size - 1;
        const [corner, lastRow] = [i32.add(from, last * (lRow + lCol)), i32.add(to, last * xRow)];
        const args = transpose
          ? [corner, -lCol, -lRow, lastRow, -xRow, size, count, own]
          : [from, lRow, lCol, to, xRow, size, count, own];
        f.call(library.triangularSolve, ...args);
      };
      if (shareBatch) {
        forEachBatch(f, axes, [x, l], part, parts, ([to, from]) =>
          solve(from as I32, to as I32, i32.const(cols)),
        );
      } else {
        const mine = share(f, cols, 8, part, parts);
        const count = i32.sub(asI32(mine.to), mine.from);
        forWholeBatch(f, axes, [x, l], ([to, from]) => {
          const first = i32.add(to as I32, i32.mul(mine.from, options.floats.bytes));
          solve(from as I32, first, count);
        });
      }
    });
  });
}

const identical = (x: FixedRegion, y: FixedRegion) =>
  sameBase(x.base, y.base) && x.strides.every((stride, axis) => stride === y.strides[axis]);

/** Lowers output = L⁻¹ rhs or L'⁻¹ rhs, in place in a copy of rhs. */
export const triangularSolveStep: Lowering<TriangularSolveStep> = (step, context) => {
  const l = context.region(step.l);
  const rhs = context.region(step.rhs);
  const output = context.region(step.output);
  if (output.shape.some((size) => size === 0)) return;
  const cols = output.shape.at(-1) as number;
  const { type, bytes } = context.options.floats;
  const direct = output.strides.at(-1) === bytes || (cols === 1 && output.strides.at(-2) === bytes);
  const copied = () => context.scratch(bytes * sizeOf(output.shape));
  const x = direct ? output : contiguous(copied(), output.shape, type);
  if (!identical(rhs, x)) lowerCopy(rhs, x, context);
  if (!solveVector(l, x, step.transpose, context)) solveMatrix(l, x, step.transpose, context);
  if (!direct) lowerCopy(x, output, context);
  flushResult(output, context);
};
