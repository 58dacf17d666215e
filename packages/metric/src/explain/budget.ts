import { input, type Node } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import { averaged } from "../blocks/averaged.ts";
import type { Block, BlockCost, Solver } from "../blocks/block.ts";

/**
 * The costs of solving with a block, the preferred first; only that of a solver which was asked for. A
 * running average is solved in one way: by what is kept of it and of its inverse.
 */
export function costsOf(
  block: Block,
  average: boolean,
  asked: Solver | undefined,
): readonly [BlockCost, ...BlockCost[]] {
  if (average) return [averagedCost(block, asked)];
  const [first = block.cost, ...others] = block.costs;
  const found = block.costs.find(({ solver }) => solver === asked);
  return found === undefined ? [first, ...others] : [{ ...found, why: wanted }];
}

/** Why a solver that was asked for. */
const wanted = "asked for";

/** A block as its running average, of values that are never computed: only their sizes count. */
export function averageOf(block: Block): Block {
  return averaged(block, 0, (name, { shape }) => input(`explain/${name}`, shape));
}

function averagedCost(block: Block, asked: Solver | undefined): BlockCost {
  const { d, m, n, columns, matrices, size, averagedBy } = block;
  const kept = new Set<Node>();
  const values = averaged(block, 0, (name, { shape }) => {
    const one = input(`explain/${name}`, shape);
    kept.add(one);
    return one;
  });
  const keep = (_: string, value: Node) => {
    kept.add(value);
    return value;
  };
  const options = { damping: { absolute: 1 }, ...(asked === undefined ? {} : { solver: asked }) };
  values.prepare(keep, options).solve(input("explain/v", [d, m]));
  const bytes = [...kept].reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  const other = values.costs.find(({ solver }) => solver === asked);
  if (other !== undefined) {
    return { ...other, why: wanted, bytes, build: other.build + bytes / 8 };
  }
  if (averagedBy !== null) {
    const why = `${values.cost.why}, averaged`;
    return { ...values.cost, why, bytes, build: values.cost.build + bytes / 8 };
  }
  return {
    solver: "dense",
    why: "a running average has more rows than d",
    bytes,
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
