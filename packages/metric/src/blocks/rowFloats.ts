import type { Block, BlockCost } from "./block.ts";
import { changedCost } from "./cost.ts";

/**
 * Adds floats and work to the cost of every solver of a block.
 *
 * `floats` counts rows and factors that exist for the block alone, and `work` the multiply-adds of making them.
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
