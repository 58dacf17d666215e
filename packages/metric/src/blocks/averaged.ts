import { add, mul, type Node } from "@metrigrad/graph";
import type { Block } from "./block.ts";
import { denseBlock } from "./dense.ts";
import { identities } from "./first.ts";
import type { Hold } from "./hold.ts";

/**
 * The running average M ← ρM + (1 − ρ)g of a block, M₀ = I, as a block of what is held: M is that of before the update.
 * Kronecker, diagonal and quasi-diagonal blocks average their factors and diagonals (for A ⊗ G that is the average of
 * K-FAC, and not the one of the products); all others average their explicit matrices.
 *
 * @param decay - ρ in [0, 1].
 * @param hold - Updates once for each batch.
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
