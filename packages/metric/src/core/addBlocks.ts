import type { Block } from "../blocks/block.ts";
import { sumBlock } from "../blocks/sumBlock.ts";

/**
 * Adds blocks over the same parameters, such as the blocks of several uses; null if there is none. Throws
 * MetricError.
 */
export function addBlocks(blocks: readonly Block[]): Block | null {
  return blocks.length === 0 ? null : sumBlock(blocks);
}
