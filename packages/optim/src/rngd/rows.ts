import type { Block, RowsBlock } from "@metrigrad/metric";
import { MetricError } from "@metrigrad/tensor";

/** The block as weighted rows, which a metric of batches needs. Throws MetricError. */
export function asRows(path: string, block: Block): RowsBlock {
  if ("rows" in block) return block as RowsBlock;
  throw new MetricError({
    where: `rngd, metric of ${path}`,
    must: "its block must be made of weighted rows (sharedGram, unitGram)",
    got: block.form,
    todo: "return such a block, or use plain(…) for this module",
  });
}
