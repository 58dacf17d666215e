import type { EighStep } from "@metrigrad/tensor";
import { eighScratch } from "../kernel/eigh.ts";
import { contiguous } from "../loop/region.ts";
import { nativeEighScratch } from "../native/eigh.ts";
import type { I32 } from "../wasm/index.ts";
import { forEachBatch } from "./batch.ts";
import type { Lowering } from "./context.ts";
import { lowerCopy } from "./copy.ts";
import { productCost, shareable, sizeOf } from "./cost.ts";
import { flushResult } from "./flush.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { longest } from "./rows.ts";

/** Lowers output = V and values = λ with a = V diag(λ) V'. */
export const eighStep: Lowering<EighStep> = (step, context) => {
  const a = context.region(step.a);
  const output = context.region(step.output);
  const values = step.values && context.region(step.values);
  if (output.shape.some((size) => size === 0)) return;
  const axes = output.shape.length - 2;
  const batch = output.shape.slice(0, axes);
  const size = output.shape.at(-1) as number;
  const [aRow, aCol] = a.strides.slice(-2) as [number, number];
  const { options, library } = context;
  const { type, bytes } = options.floats;
  const direct = output.strides.at(-1) === bytes || size === 1;
  const target = direct
    ? output
    : contiguous(context.scratch(bytes * sizeOf(output.shape)), output.shape, type);
  const outRow = target.strides.at(-2) as number;
  const stride = values?.strides.at(-1) ?? 0;
  const grains = longest(batch);
  const cost = shareable(grains, 8 * sizeOf(batch) * productCost(size, size, size, options.floats));
  const least = eighScratch(size, options.floats);
  const need = library.native ? Math.max(least, nativeEighScratch(size, options.floats)) : least;
  const scratch = context.partScratch(need, grains, cost);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => {
      const regions = [target, a, values ?? target];
      forEachBatch(f, axes, regions, part, parts, ([out, from, to]) =>
        f.call(
          library.eigh,
          ...[from as I32, aRow, aCol, out as I32, outRow],
          ...[values ? (to as I32) : 0, stride, size, own],
        ),
      );
    });
  });
  if (!direct) lowerCopy(target, output, context);
  flushResult(output, context);
  if (values) flushResult(values, context);
};
