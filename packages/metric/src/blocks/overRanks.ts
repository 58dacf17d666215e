import { meanOverRanks, type Ranks } from "@metrigrad/graph";
import type { Block } from "./block.ts";
import { denseBlock } from "./dense.ts";

/**
 * Returns the block of the whole batch from those of all ranks, each of its own samples: the mean of the metrics.
 *
 * Kronecker, diagonal and quasi-diagonal blocks exchange their factors or diagonals. All other blocks exchange their explicit
 * matrices. With one rank it is the block itself.
 *
 * @param block - The block of this rank's samples.
 * @param ranks - The processes that take the step together.
 * @returns The block of the samples of all ranks.
 * @nothrow
 * @category Metrics: blocks
 */
export function blockOverRanks(block: Block, ranks: Ranks): Block {
  if (ranks.size === 1) return block;
  const { averagedBy, m, columns, form } = block;
  if (averagedBy === null) {
    return denseBlock(meanOverRanks(block.toMatrices(), ranks), m, form, columns);
  }
  const values = Object.entries(averagedBy.values).map(([name, { value }]) => {
    return [name, meanOverRanks(value, ranks)] as const;
  });
  return averagedBy.block(Object.fromEntries(values));
}
