import { arg, call, type GramStep, literal, primitiveFns } from "@metrigrad/tensor";
import { productScratch, termsPerBlock } from "../kernel/tile.ts";
import { analyse } from "../loop/body.ts";
import { contiguous, type Region } from "../loop/region.ts";
import { f32, type I32, i32 } from "../wasm/index.ts";
import { forEachBatch } from "./batch.ts";
import type { Lowering } from "./context.ts";
import { lowerCopy } from "./copy.ts";
import { emitWholeMap, trailing } from "./rows.ts";

/** output = alpha Σᵢ νᵢ xᵢxᵢ' + beta base: upper tiles by the product kernel, then mirrored. */
export const gramStep: Lowering<GramStep> = (step, context) => {
  const x = context.region(step.x);
  const nu = step.nu && context.region(step.nu);
  const base = step.base && context.region(step.base);
  const output = context.region(step.output);
  if (output.shape.some((size) => size === 0)) return;
  const axes = output.shape.length - 2;
  const [n, d] = x.shape.slice(-2) as [number, number];
  const [xRow, xCol] = x.strides.slice(-2) as [number, number];
  // The kernel writes contiguous rows; other outputs are copied at the end.
  const direct = output.strides.at(-1) === 4 || d === 1;
  const bytes = output.shape.reduce((total, size) => total * size, 4);
  const target = direct ? output : contiguous(context.scratch(bytes), output.shape, "f32");
  const [row] = target.strides.slice(-2) as [number];
  const [baseRow, baseCol] = base ? (base.strides.slice(-2) as [number, number]) : [0, 0];
  // Factors (alpha ν) lie in front of what the product needs.
  const weighted = nu !== null || step.alpha !== 1;
  const factorBytes = weighted ? Math.ceil(n / 16) * 64 : 0;
  const scratch = context.partScratch(factorBytes + productScratch(d, d, n));
  const alpha = literal(step.alpha);
  const exprs = [nu ? call(primitiveFns.mul, arg(0), alpha) : alpha];
  const analysis = analyse(exprs);
  context.phase((f, part, parts) => {
    const factors = f.let(i32.add(scratch.base, i32.mul(part, scratch.stride)));
    const outputs = [{ ...contiguous(0, [n], "f32"), base: factors }];
    const fill = (inputs: readonly Region[]) =>
      emitWholeMap(f, [n], { inputs, exprs, outputs }, analysis, context);
    if (weighted && !nu && n > 0) fill([]);
    const regions = [target, x, base ?? target, nu ?? target];
    forEachBatch(f, axes, regions, part, parts, ([out, from, old, weights]) => {
      if (nu && n > 0) fill([trailing(nu, axes, weights as I32)]);
      f.call(
        context.library.gemmUpper,
        ...[from as I32, xCol, xRow, from as I32, xRow, xCol, out as I32, row, 4],
        ...[d, d, n, termsPerBlock(n), base ? (old as I32) : 0, baseRow, baseCol],
        ...[weighted ? factors : 0, f32.const(step.beta), i32.add(factors, factorBytes)],
      );
      f.call(context.library.mirror, out as I32, row, d);
    });
  });
  if (!direct) lowerCopy(target, output, context);
};
