import { input } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import { averaged } from "../blocks/averaged.ts";
import type { Block, BlockCost, PrepareOptions, Solver } from "../blocks/block.ts";
import { explicitLimit } from "../blocks/damped.ts";
import { type Hold, holdIn } from "../blocks/hold.ts";
import type { FullOver } from "../blocks/over.ts";

/**
 * The costs of solving with a block, the preferred first; only that of a solver which was asked for. What is held from
 * step to step counts beside what a solve takes. A running average is solved in one way: by what is held of it and of its
 * inverse.
 */
export function costsOf(
  block: Block,
  { average, every }: FullOver,
  asked: Solver | undefined,
): readonly [BlockCost, ...BlockCost[]] {
  if (average !== null) return [averagedCost(block, asked)];
  const all = every === 1 ? block.costs : block.costs.map((cost) => heldCost(block, cost));
  const [first = block.cost, ...others] = all;
  const found = all.find(({ solver }) => solver === asked);
  return found === undefined ? [first, ...others] : [{ ...found, why: wanted }];
}

/** Why a solver that was asked for. */
const wanted = "asked for";

/** Values that are never computed: only their sizes count. */
export function sizedHold(): { readonly hold: Hold; readonly bytes: () => number } {
  let bytes = 0;
  const hold = holdIn(
    new Map(),
    (name, { shape }) => input(`explain/${name}`, shape),
    ({ shape }) => {
      bytes += 4 * sizeOf(shape);
    },
  );
  return { hold, bytes: () => bytes };
}

/** A block as its running average. */
export function averageOf(block: Block): Block {
  return averaged(block, 0, sizedHold().hold);
}

/** Has a block hold everything that steps between two refreshes need. */
function holdAll(block: Block, hold: Hold, options: PrepareOptions): void {
  const { solve, apply, lambda } = block.prepare(hold, { damping: { absolute: 1 }, ...options });
  const v = input("explain/v", [block.d, block.m]);
  solve(v);
  apply(v);
  lambda();
}

/** Solving with a block whose rows and inverses are held: beside those, what a refresh takes. */
function heldCost(block: Block, cost: BlockCost): BlockCost {
  // Explicit matrices beyond their limit cannot be made, nor taken.
  const { matrices, size } = block;
  if (cost.solver === "dense" && 4 * matrices * size ** 2 > explicitLimit) return cost;
  const { hold, bytes } = sizedHold();
  holdAll(block, hold, { solver: cost.solver });
  return { ...cost, bytes: cost.bytes + bytes() };
}

function averagedCost(block: Block, asked: Solver | undefined): BlockCost {
  const { m, n, columns, matrices, size, averagedBy } = block;
  const { hold, bytes } = sizedHold();
  const values = averaged(block, 0, hold);
  holdAll(values, hold, asked === undefined ? {} : { solver: asked });
  const kept = bytes();
  const whole = kept + block.rowBytes;
  const other = values.costs.find(({ solver }) => solver === asked);
  if (other !== undefined) {
    return { ...other, why: wanted, bytes: whole, build: other.build + kept / 8 };
  }
  if (averagedBy !== null) {
    const why = `${values.cost.why}, averaged`;
    return { ...values.cost, why, bytes: whole, build: values.cost.build + kept / 8 };
  }
  return {
    solver: "dense",
    why: "a running average has more rows than d",
    bytes: whole,
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
