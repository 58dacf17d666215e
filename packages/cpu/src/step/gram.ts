import { arg, call, type GramStep, literal, primitiveFns } from "@metrigrad/tensor";
import { productScratch, termsPerBlock } from "../kernel/tile.ts";
import { analyse } from "../loop/body.ts";
import { contiguous, type FixedRegion, type Region } from "../loop/region.ts";
import { lowerNativeGram } from "../native/gram.ts";
import { lowerNativeGrams } from "../native/productGram.ts";
import { type Func, type FunctionBuilder, type I32, type I32Like, i32 } from "../wasm/index.ts";
import { forEachBatch, forWholeBatch, sharesWell } from "./batch.ts";
import type { Lowering, StepContext } from "./context.ts";
import { lowerCopy } from "./copy.ts";
import { productCost, shareable, sizeOf } from "./cost.ts";
import { flushResult } from "./flush.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { type GramOperands, lowerProductGram, sharesRows } from "./productGram.ts";
import { emitWholeMap, longest, trailing } from "./rows.ts";
import { triangleShare } from "./triangle.ts";

/**
 * Lowers output = alpha Σᵢ νᵢ xᵢxᵢ' + beta base: the product kernels compute the upper tiles, which are then
 * mirrored.
 */
export const gramStep: Lowering<GramStep> = (step, context) => {
  const x = context.region(step.x);
  const nu = step.nu && context.region(step.nu);
  const base = step.base && context.region(step.base);
  const output = context.region(step.output);
  if (output.shape.some((size) => size === 0)) return;
  // The kernels write contiguous rows. Other outputs are copied at the end.
  const { type, bytes } = context.options.floats;
  const direct = output.strides.at(-1) === bytes || output.shape.at(-1) === 1;
  const copied = () => context.scratch(bytes * sizeOf(output.shape));
  const target = direct ? output : contiguous(copied(), output.shape, type);
  const operands = { x, nu, base, output: target };
  if (sharesRows(operands, context.options.floats)) {
    if (!lowerNativeGrams(operands, step, context)) lowerProductGram(operands, step, context);
    mirrorAll(target, context);
  } else if (lowerNativeGram(operands, step, context)) mirrorAll(target, context);
  else lowerEachGram(operands, step, context);
  if (!direct) lowerCopy(target, output, context);
  flushResult(output, context);
};

/** Copies the upper triangles to the lower ones; parts share each matrix. */
function mirrorAll(output: FixedRegion, context: StepContext): void {
  const axes = output.shape.length - 2;
  const [size, row] = [output.shape.at(-1) as number, output.strides.at(-2) as number];
  context.phase(sizeOf(output.shape) / 4, (f, part, parts) => {
    const mine = triangleShare(f, size, part, parts);
    forWholeBatch(f, axes, [output], ([out]) =>
      f.call(context.library.mirror, out as I32, row, mine.from, mine.to),
    );
  });
}

/** Computes one matrix after the other; ν is part of the packing of its rows. */
function lowerEachGram(
  { x, nu, base, output: target }: GramOperands,
  step: GramStep,
  context: StepContext,
): void {
  const { options, library } = context;
  const { type, bytes, num } = options.floats;
  const axes = target.shape.length - 2;
  const [n, d] = x.shape.slice(-2) as [number, number];
  const [xRow, xCol] = x.strides.slice(-2) as [number, number];
  const [row] = target.strides.slice(-2) as [number];
  const [baseRow, baseCol] = base ? (base.strides.slice(-2) as [number, number]) : [0, 0];
  // Factors (alpha ν) lie in front of the memory that the product needs.
  const weighted = nu !== null || step.alpha !== 1;
  const factorBytes = weighted ? Math.ceil((bytes * n) / 64) * 64 : 0;
  const alpha = literal(step.alpha);
  const exprs = [nu ? call(primitiveFns.mul, arg(0), alpha) : alpha];
  const analysis = analyse(exprs);
  const batch = target.shape.slice(0, axes);
  const shareBatch = sharesWell(batch, context.parts);
  const work = (sizeOf(batch) * productCost(d, d, n, options.floats)) / 2;
  const cost = shareBatch ? shareable(longest(batch), work) : work;
  const grains = shareBatch ? longest(batch) : context.parts;
  const scratch = context.partScratch(factorBytes + productScratch(d, d, n, options), grains, cost);
  const regions = [target, x, base ?? target, nu ?? target];
  /** Computes the tiles of the columns from `left` to `right` that meet the upper triangle. */
  const columns = (
    f: FunctionBuilder,
    [out, from, old]: readonly I32[],
    factors: I32,
    left: I32,
    right: I32,
  ) => {
    const width = f.let(i32.sub(right, left));
    const product = (kernel: Func, first: I32Like, rows: I32) => {
      const down = (address: I32, stride: number) => i32.add(address, i32.mul(first, stride));
      const across = (address: I32, stride: number) => i32.add(address, i32.mul(left, stride));
      f.call(
        kernel,
        ...[down(from as I32, xCol), xCol, xRow, across(from as I32, xCol), xRow, xCol],
        ...[down(across(out as I32, bytes), row), row, bytes],
        ...[rows, width, n, termsPerBlock(n, options)],
        ...[base ? down(across(old as I32, baseCol), baseRow) : 0, baseRow, baseCol],
        ...[weighted ? factors : 0, num.const(step.beta), i32.add(factors, factorBytes)],
      );
    };
    if (left.literal !== 0) f.if(left, () => product(library.gemm, 0, left));
    product(library.gemmUpper, left, width);
  };
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (factors) => {
      const outputs = [{ ...contiguous(0, [n], type), base: factors }];
      const fill = (inputs: readonly Region[]) =>
        emitWholeMap(f, [n], { inputs, exprs, outputs }, analysis, context);
      if (weighted && !nu && n > 0) fill([]);
      const weigh = (addresses: readonly I32[]) => {
        if (nu && n > 0) fill([trailing(nu, axes, addresses[3] as I32)]);
      };
      if (shareBatch) {
        forEachBatch(f, axes, regions, part, parts, (addresses) => {
          weigh(addresses);
          columns(f, addresses, factors, i32.const(0), i32.const(d));
          f.call(library.mirror, addresses[0] as I32, row, 0, d);
        });
      } else {
        const mine = triangleShare(f, d, part, parts);
        forWholeBatch(f, axes, regions, (addresses) => {
          weigh(addresses);
          columns(f, addresses, factors, mine.from, mine.to);
        });
      }
    });
  });
  if (!shareBatch) mirrorAll(target, context);
}
