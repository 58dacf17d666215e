import ndarray from "ndarray";
import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";
import { clampedRow } from "../row.ts";

/** Adds updates to rows chosen by indices. The sums are in float64. */
export const scatterAdd: Kernel<"scatterAdd"> = (step, memory) => {
  const indices = memory.view(step.indices);
  const updates = memory.view(step.updates);
  const target = memory.view(step.output);
  const rank = indices.dimension;
  return () => {
    const sums = ndarray(new Float64Array(target.size), target.shape);
    walk(indices.shape, [indices, updates], ([index, from]) => {
      const row = clampedRow(sums, indices.data[index as number] as number);
      const update = { stride: updates.stride.slice(rank), offset: from as number };
      walk(target.shape.slice(1), [row, update], ([p, q]) => {
        sums.data[p as number] =
          (sums.data[p as number] as number) + (updates.data[q as number] as number);
      });
    });
    memory.ops.assign(target, sums);
  };
};
