import {
  arg,
  call,
  literal,
  primitiveFns,
  type ScatterAddStep,
  scalarTypeOf,
} from "@metrigrad/tensor";
import { addressOf } from "../loop/address.ts";
import { analyse } from "../loop/body.ts";
import { share } from "../loop/nest.ts";
import { i32 } from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { loopCost, shareable, sizeOf } from "./cost.ts";
import { lowerMap } from "./map.ts";
import { clampedIndex, emitWholeMap, forEachIndex, leading, trailing } from "./rows.ts";

/**
 * Lowers output = 0, then output[indices[i…], r…] += updates[i…, r…] in the order of i.
 *
 * Each part owns rows of the output, so that the order does not depend on the number of parts.
 */
export const scatterAddStep: Lowering<ScatterAddStep> = (step, context) => {
  const indices = context.region(step.indices);
  const updates = context.region(step.updates);
  const output = context.region(step.output);
  if (output.shape.some((size) => size === 0)) return;
  const type = scalarTypeOf(output.dtype);
  const zero = { inputs: [], exprs: [literal(0, type)], outputs: [output] };
  lowerMap(output.shape, zero, context);
  if (updates.shape.some((size) => size === 0)) return;
  const axes = indices.shape.length;
  const [count, rowStride] = [output.shape[0] as number, output.strides[0] as number];
  const exprs = [call(primitiveFns.add, arg(0, type), arg(1, type))];
  const analysis = analyse(exprs);
  const cost =
    5 * sizeOf(indices.shape) + loopCost(updates.shape, analysis, context.options.floats);
  context.phase(shareable(count, cost), (f, part, parts) => {
    const own = share(f, count, 1, part, parts);
    const rows = [indices, leading(updates, axes)];
    forEachIndex(f, indices.shape, rows, null, ([at, from]) => {
      const index = clampedIndex(f, at as typeof part, indices.dtype, count);
      f.if(i32.and(i32.ge_u(index, own.from), i32.lt_u(index, own.to)), () => {
        const row = f.let(i32.add(addressOf(output.base), i32.mul(index, rowStride)));
        const target = trailing(output, 1, row);
        const update = trailing(updates, axes, f.let(from as typeof part));
        const fused = { inputs: [target, update], exprs, outputs: [target] };
        emitWholeMap(f, output.shape.slice(1), fused, analysis, context);
      });
    });
  });
};
