import type { Update, Variable } from "@metrigrad/graph";
import { marquardtBlock, type Subsystem } from "@metrigrad/metric";
import { holdsOf } from "../core/holds.ts";
import type { OptimizerContext } from "../core/optimizer.ts";
import type { DampedBy } from "./settings.ts";

/**
 * Returns the subsystems with blocks that are damped along their diagonals. The updates that hold the largest values
 * so far are added to `updates`.
 */
export function alongDiagonal(
  subsystems: readonly Subsystem[],
  by: DampedBy,
  updates: Update[],
  context: OptimizerContext,
): readonly Subsystem[] {
  if (by === "identity") return subsystems;
  return subsystems.map((one) => {
    const { block, params } = one;
    if (block === null) return one;
    const hold = by === "diagonal" ? null : holdsOf(params[0] as Variable, context)(updates);
    return { ...one, block: marquardtBlock(block, hold) };
  });
}
