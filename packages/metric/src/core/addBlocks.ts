import type { Block } from "../blocks/block.ts";
import { sumBlock } from "../blocks/sumBlock.ts";

/** The sum of blocks over the same parameters, such as those of several uses; null for none. Throws MetricError. */
export function addBlocks(blocks: readonly Block[]): Block | null {
  return blocks.length === 0 ? null : sumBlock(blocks);
}
