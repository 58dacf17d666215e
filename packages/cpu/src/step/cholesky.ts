import type { CholeskyStep } from "@metrigrad/tensor";
import { choleskyScratch, workingRow } from "../kernel/cholesky.ts";
import { contiguous } from "../loop/region.ts";
import { callValue, f32, type I32, i32 } from "../wasm/index.ts";
import { forEachBatch } from "./batch.ts";
import type { Lowering } from "./context.ts";
import { lowerCopy } from "./copy.ts";

/** output = L with LL' = a + λI, one factorisation per matrix. */
export const choleskyStep: Lowering<CholeskyStep> = (step, context) => {
  const a = context.region(step.a);
  const shift = step.shift && context.region(step.shift);
  const used = step.used && context.region(step.used);
  const output = context.region(step.output);
  if (output.shape.slice(0, -2).some((size) => size === 0)) return;
  const axes = output.shape.length - 2;
  const size = output.shape.at(-1) as number;
  const [aRow, aCol] = a.strides.slice(-2) as [number, number];
  const direct = output.strides.at(-1) === 4 || size <= 1;
  const bytes = output.shape.reduce((total, length) => total * length, 4);
  const target = direct ? output : contiguous(context.scratch(bytes), output.shape, "f32");
  const outRow = target.strides.at(-2) as number;
  const scratch = context.partScratch(choleskyScratch(size));
  context.phase((f, part, parts) => {
    const own = f.let(i32.add(scratch.base, i32.mul(part, scratch.stride)));
    const regions = [target, a, shift ?? target, used ?? target];
    forEachBatch(f, axes, regions, part, parts, ([out, from, first, to]) => {
      const lambda = callValue(
        "f32",
        context.library.cholesky,
        ...[from as I32, aRow, aCol, out as I32, outRow, size, workingRow(size)],
        shift ? f32.load(first as I32) : f32.const(0),
        own,
      );
      const result = f.let(lambda);
      if (used) f.do(f32.store(to as I32, result));
    });
  });
  if (!direct) lowerCopy(target, output, context);
};
