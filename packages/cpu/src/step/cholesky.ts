import type { CholeskyStep } from "@metrigrad/tensor";
import { choleskyScratch, workingRow } from "../kernel/cholesky.ts";
import { addressOf, further } from "../loop/address.ts";
import { contiguous, type FixedRegion } from "../loop/region.ts";
import { callValue, type I32 } from "../wasm/index.ts";
import { forEachBatch, sharesWell } from "./batch.ts";
import { lowerSharedCholesky, sharedScratch, sharedSize } from "./choleskyShared.ts";
import type { Lowering, StepContext } from "./context.ts";
import { lowerCopy } from "./copy.ts";
import { productCost, shareable, sizeOf } from "./cost.ts";
import { flushResult } from "./flush.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { longest } from "./rows.ts";

/** The places of the matrices of a step. */
interface Operands {
  readonly a: FixedRegion;
  readonly shift: FixedRegion | null;
  readonly used: FixedRegion | null;
  /** The output, with columns side by side. */
  readonly target: FixedRegion;
}

/** Factors one matrix at a time; parts share the batch. */
function lowerBatch({ a, shift, used, target }: Operands, context: StepContext): void {
  const { options, library } = context;
  const { type, num } = options.floats;
  const axes = target.shape.length - 2;
  const batch = target.shape.slice(0, axes);
  const size = target.shape.at(-1) as number;
  const [aRow, aCol] = a.strides.slice(-2) as [number, number];
  const outRow = target.strides.at(-2) as number;
  const grains = longest(batch);
  const cost = shareable(
    grains,
    (sizeOf(batch) * productCost(size, size, size, options.floats)) / 6,
  );
  const scratch = context.partScratch(choleskyScratch(size, options), grains, cost);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => {
      const regions = [target, a, shift ?? target, used ?? target];
      forEachBatch(f, axes, regions, part, parts, ([out, from, first, to]) => {
        const lambda = callValue(
          type,
          library.cholesky,
          ...[from as I32, aRow, aCol, out as I32, outRow, size, workingRow(size, options.floats)],
          shift ? num.load(first as I32) : num.const(0),
          own,
        );
        const result = f.let(lambda);
        if (used) f.do(num.store(to as I32, result));
      });
    });
  });
}

/** Factors a few large matrices one after the other; parts share each. */
function lowerEach({ a, shift, used, target }: Operands, context: StepContext): void {
  const batch = target.shape.slice(0, -2);
  const size = target.shape.at(-1) as number;
  const [aRow, aCol] = a.strides.slice(-2) as [number, number];
  const outRow = target.strides.at(-2) as number;
  const scratch = sharedScratch(size, context);
  for (let matrix = 0; matrix < sizeOf(batch); matrix++) {
    const at = ({ base, strides }: FixedRegion) => {
      let rest = matrix;
      return batch.reduceRight((address, length, axis) => {
        const index = rest % length;
        rest = Math.floor(rest / length);
        return further(address, index * (strides[axis] as number));
      }, base);
    };
    const value = (region: FixedRegion) => addressOf(at(region));
    const places = { shift: shift && value(shift), used: used && value(used) };
    const own = { a: value(a), aRow, aCol, out: value(target), outRow, size, ...places };
    lowerSharedCholesky(own, scratch, context);
  }
}

/** Lowers output = L with LL' = a + λI. */
export const choleskyStep: Lowering<CholeskyStep> = (step, context) => {
  const a = context.region(step.a);
  const shift = step.shift && context.region(step.shift);
  const used = step.used && context.region(step.used);
  const output = context.region(step.output);
  const batch = output.shape.slice(0, -2);
  if (batch.some((size) => size === 0)) return;
  const size = output.shape.at(-1) as number;
  const { type, bytes } = context.options.floats;
  const direct = output.strides.at(-1) === bytes || size <= 1;
  const scratch = () =>
    contiguous(context.scratch(bytes * sizeOf(output.shape)), output.shape, type);
  const operands = { a, shift, used, target: direct ? output : scratch() };
  const few = sizeOf(batch) <= 16 && !sharesWell(batch, context.parts);
  if (few && size >= sharedSize) lowerEach(operands, context);
  else lowerBatch(operands, context);
  if (!direct) lowerCopy(operands.target, output, context);
  flushResult(output, context);
};
