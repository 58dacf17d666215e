import { arg, type GatherStep, scalarTypeOf } from "@metrigrad/tensor";
import { addressOf } from "../loop/address.ts";
import { analyse } from "../loop/body.ts";
import { i32 } from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { loopCost, shareable, sizeOf } from "./cost.ts";
import { clampedIndex, emitWholeMap, forEachOwn, leading, longest, trailing } from "./rows.ts";

/** Lowers output[i…, r…] = source[indices[i…], r…] to a converting copy per row. */
export const gatherStep: Lowering<GatherStep> = (step, context) => {
  const source = context.region(step.source);
  const indices = context.region(step.indices);
  const output = context.region(step.output);
  if (output.shape.some((size) => size === 0)) return;
  const axes = indices.shape.length;
  const [count, rowStride] = [source.shape[0] as number, source.strides[0] as number];
  const exprs = [arg(0, scalarTypeOf(source.dtype))];
  const analysis = analyse(exprs);
  const cost = 5 * sizeOf(indices.shape) + loopCost(output.shape, analysis, context.options.floats);
  context.phase(shareable(longest(indices.shape), cost), (f, part, parts) => {
    const rows = [indices, leading(output, axes)];
    forEachOwn(f, indices.shape, rows, part, parts, ([at, to]) => {
      const index = clampedIndex(f, at as typeof part, indices.dtype, count);
      const row = f.let(i32.add(addressOf(source.base), i32.mul(index, rowStride)));
      const inputs = [trailing(source, 1, row)];
      const outputs = [trailing(output, axes, f.let(to as typeof part))];
      const shape = source.shape.slice(1);
      emitWholeMap(f, shape, { inputs, exprs, outputs }, analysis, context);
    });
  });
};
