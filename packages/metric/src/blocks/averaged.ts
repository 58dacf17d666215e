import { add, mul, type Node } from "@metrigrad/graph";
import type { Block } from "./block.ts";
import { denseBlock } from "./dense.ts";
import { identities } from "./first.ts";
import type { Hold } from "./hold.ts";

/**
 * Keeps the running average of a block's metric: M ← ρM + (1 − ρ)g, beginning with M₀ = I.
 *
 * The block that comes back is the average before the update of this step. Kronecker, diagonal and quasi-diagonal
 * blocks average their factors or diagonals. For A ⊗ G that is the average of K-FAC, which differs from the average
 * of the products. All other blocks average their explicit matrices.
 *
 * @param block - The block of one batch.
 * @param decay - The share ρ of the old average, in [0, 1].
 * @param hold - Keeps the average on the device. It must update once for each batch.
 * @returns The averaged metric as a block over the same parameter.
 * @nothrow
 * @category Metrics: blocks
 */
export function averaged(block: Block, decay: number, hold: Hold): Block {
  const { averagedBy, matrices, size, m, columns } = block;
  const share = 1 - decay;
  if (averagedBy === null) {
    const first = { shape: [matrices, size, size], init: identities };
    const next = (before: Node) => block.accumulate(before, share, decay);
    return denseBlock(hold("metric", first, next), m, "average", columns);
  }
  const values = Object.entries(averagedBy.values).map(([name, { value, init }]) => {
    const next = (before: Node) => add(mul(value, share), mul(before, decay));
    return [name, hold(`metric/${name}`, { shape: value.shape, init }, next)] as const;
  });
  return averagedBy.block(Object.fromEntries(values));
}
