import { add, mul, type Node } from "@metrigrad/graph";
import type { Initializer } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { denseBlock } from "./dense.ts";
import { identities } from "./first.ts";

/** Keeps a value over steps: the node to read it from, which begins with `init` and becomes `next` of itself. */
export type Remember = (
  name: string,
  kept: { readonly shape: readonly number[]; readonly init: Initializer },
  next: (before: Node) => Node,
) => Node;

/**
 * The running average M ← ρM + (1 − ρ)g of a block, M₀ = I, as a block of what is remembered. Kronecker,
 * diagonal and quasi-diagonal blocks average their factors and diagonals (for A ⊗ G that is the average of
 * K-FAC, and not the one of the products); all others average their explicit matrices.
 */
export function averaged(block: Block, decay: number, remember: Remember): Block {
  const { averagedBy, matrices, size, m, columns } = block;
  const share = 1 - decay;
  if (averagedBy === null) {
    const kept = { shape: [matrices, size, size], init: identities };
    const next = (before: Node) => block.accumulate(before, share, decay);
    return denseBlock(remember("metric", kept, next), m, "average", columns);
  }
  const kept = Object.entries(averagedBy.values).map(([name, { value, init }]) => {
    const next = (before: Node) => add(mul(value, share), mul(before, decay));
    return [name, remember(`metric/${name}`, { shape: value.shape, init }, next)] as const;
  });
  return averagedBy.block(Object.fromEntries(kept));
}
