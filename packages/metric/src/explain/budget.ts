import type { Block, BlockCost } from "../blocks/block.ts";

/**
 * The costs of solving with a block, the preferred first. Where a running average is kept, it and its
 * inverse are explicit matrices.
 */
export function costsOf(block: Block, average: boolean): readonly [BlockCost, ...BlockCost[]] {
  const [first = block.cost, ...others] = block.costs;
  return average ? [averaged(block)] : [first, ...others];
}

function averaged({ n, m, columns, matrices, size }: Block): BlockCost {
  return {
    solver: "dense",
    why: "a running average has more rows than d",
    bytes: 8 * matrices * size * size,
    build: (matrices * (n ?? 0) * size * size) / 2 + (matrices * size ** 3) / 2,
    apply: size * size * (columns === "shared" ? m : matrices),
  };
}

/**
 * A cost for each block of which the sum of bytes fits, or as few bytes as exact solvers allow: each
 * block's preferred one; where that is too much, the switch that saves most is made first, to another
 * exact solver.
 */
export function withinBudget(
  blocks: readonly (readonly [BlockCost, ...BlockCost[]])[],
  budget: number,
): BlockCost[] {
  const chosen = blocks.map(([first]) => first);
  const switches = blocks
    .map((costs, at) => ({ at, ...switchOf(costs) }))
    .filter(({ saved }) => saved > 0)
    .sort((a, b) => b.saved - a.saved);
  let bytes = chosen.reduce((sum, cost) => sum + cost.bytes, 0);
  for (const { at, to, saved } of switches) {
    if (bytes <= budget) break;
    chosen[at] = to;
    bytes -= saved;
  }
  return chosen;
}

/** The exact solver of the fewest bytes, and what it saves. */
function switchOf([first, ...others]: readonly [BlockCost, ...BlockCost[]]) {
  const exact = others.filter(({ solver }) => solver !== "cg");
  const least = exact.reduce((least, cost) => (cost.bytes < least.bytes ? cost : least), first);
  const to = { ...least, why: `${first.solver} keeps more than the budget allows` };
  return { to, saved: first.bytes - least.bytes };
}
