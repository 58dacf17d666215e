import type { Block, BlockCost } from "./block.ts";

/**
 * The block with `bytes` more of rows and factors that exist for it alone, and the multiply-adds of making them, in the
 * cost of every solver too.
 */
export function withRowBytes(block: Block, bytes: number, work = 0): Block {
  const more = (cost: BlockCost): BlockCost => ({
    ...cost,
    bytes: cost.bytes + bytes,
    build: cost.build + work,
  });
  return {
    ...block,
    rowBytes: block.rowBytes + bytes,
    cost: more(block.cost),
    costs: block.costs.map(more),
  };
}
