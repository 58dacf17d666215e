import type { DType } from "../../dtype.ts";
import { toBool, toI32, toU32 } from "../../expr/logic.ts";
import { scalarTypeOf } from "../../expr/scalarType.ts";
import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";
import { clampedRow } from "../row.ts";

/** How an element of one type is stored as another type, by the rules of toFloat, toI32, toU32 and toBool. */
function conversion(from: DType, to: DType): (x: number) => number {
  const type = scalarTypeOf(from);
  const target = scalarTypeOf(to);
  if (target === "float") return (x) => x;
  const fn = { i32: toI32, u32: toU32, bool: toBool }[target];
  const most = to === "u8" ? 255 : Number.POSITIVE_INFINITY;
  return (x) => Math.min(most, fn.evaluate([x], type));
}

/** Copies rows of the source, chosen by indices. */
export const gather: Kernel<"gather"> = (step, memory) => {
  const source = memory.view(step.source);
  const indices = memory.view(step.indices);
  const target = memory.view(step.output);
  const convert = conversion(memory.dtype(step.source), memory.dtype(step.output));
  const rank = indices.dimension;
  return () =>
    walk(indices.shape, [indices, target], ([index, to]) => {
      const row = clampedRow(source, indices.data[index as number] as number);
      const into = { stride: target.stride.slice(rank), offset: to as number };
      walk(source.shape.slice(1), [row, into], ([p, q]) => {
        target.data[q as number] = convert(source.data[p as number] as number);
      });
    });
};
