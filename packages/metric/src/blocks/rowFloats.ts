import type { Block, BlockCost } from "./block.ts";
import { changedCost } from "./cost.ts";

/**
 * The block with `floats` more of rows and factors that exist for it alone, and the multiply-adds of making them, in the
 * cost of every solver too.
 */
export function withRowFloats(block: Block, floats: number, work = 0): Block {
  const more = (cost: BlockCost) =>
    changedCost(cost, (one) => ({
      ...one,
      floats: one.floats + floats,
      build: one.build + work,
    }));
  return {
    ...block,
    rowFloats: block.rowFloats + floats,
    cost: more(block.cost),
    costs: block.costs.map(more),
  };
}
