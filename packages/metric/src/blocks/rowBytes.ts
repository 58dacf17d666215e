import type { Block, BlockCost } from "./block.ts";

/** The block with `bytes` more of rows and factors that exist for it alone, in the cost of every solver too. */
export function withRowBytes(block: Block, bytes: number): Block {
  const more = (cost: BlockCost): BlockCost => ({ ...cost, bytes: cost.bytes + bytes });
  return {
    ...block,
    rowBytes: block.rowBytes + bytes,
    cost: more(block.cost),
    costs: block.costs.map(more),
  };
}
