import { input } from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import { averaged } from "../blocks/averaged.ts";
import type { Block, BlockCost, PrepareOptions, SolveEffort, Solver } from "../blocks/block.ts";
import { explicitLimit } from "../blocks/damped.ts";
import { type Hold, holdIn } from "../blocks/hold.ts";
import type { FullOver } from "../blocks/over.ts";
import type { NumberBytes } from "./numberBytes.ts";

/**
 * What it costs to solve with a block on a store.
 *
 * @category Metrics: tables
 */
export interface SolveCost extends Omit<BlockCost, "floats" | "tuned"> {
  /** The bytes that are kept, for one solve and from step to step. */
  readonly bytes: number;
}

/** The costs of the solvers of a block on a store, the preferred one first. */
export type SolveCosts = readonly [SolveCost, ...SolveCost[]];

/**
 * Returns the costs of solving with a block, the preferred one first. If a solver was asked for, only its cost comes
 * back.
 *
 * What is held from step to step counts in addition to what a solve takes. A running average is solved in one way:
 * through the held average and its inverse.
 */
export function costsOf(
  block: Block,
  { average, every }: FullOver,
  asked: Solver | undefined,
  number: NumberBytes,
  effort: SolveEffort = {},
): SolveCosts {
  if (average !== null) return [averagedCost(block, asked, number)];
  const costOf = (cost: BlockCost) =>
    solveCost(block, cost, every, number, cost.solver === asked ? effort : {});
  const all = block.costs.map(costOf);
  const [first = costOf(block.cost), ...others] = all;
  const found = all.find(({ solver }) => solver === asked);
  if (found === undefined) return [first, ...others];
  return [{ ...found, why: iterative.has(found.solver) ? `${wanted}, ${found.why}` : wanted }];
}

/** The solvers that are not exact. */
const iterative: ReadonlySet<Solver> = new Set(["cg", "nystrom"]);

/** The reason for a solver that was asked for. */
const wanted = "asked for";

/** Makes a Hold of values that are never computed: only their sizes count. */
export function sizedHold(): { readonly hold: Hold; readonly floats: () => number } {
  let floats = 0;
  const hold = holdIn(
    new Map(),
    (name, { shape }) => input(`explain/${name}`, shape),
    ({ shape }) => {
      floats += sizeOf(shape);
    },
  );
  return { hold, floats: () => floats };
}

/** Returns a block as its running average. */
export function averageOf(block: Block): Block {
  return averaged(block, 0, sizedHold().hold);
}

/** Lets a block hold everything that the steps between two refreshes need. */
function holdAll(block: Block, hold: Hold, options: PrepareOptions): void {
  const { solve, apply, lambda } = block.prepare(hold, { damping: { absolute: 1 }, ...options });
  const v = input("explain/v", [block.d, block.m]);
  solve(v);
  apply(v);
  lambda();
}

/** Returns the cost of solving with a block. If its rows and inverses are held, it includes what a refresh takes. */
function solveCost(
  block: Block,
  usual: BlockCost,
  every: number,
  number: NumberBytes,
  effort: SolveEffort,
): SolveCost {
  const { floats, tuned: _, ...cost } = usual.tuned?.(effort) ?? usual;
  const own = { ...cost, bytes: floats * number.made };
  // Explicit matrices beyond their limit cannot be made.
  const { matrices, size } = block;
  const large = cost.solver === "dense" && number.made * matrices * size ** 2 > explicitLimit;
  if (every === 1 || large) return own;
  const kept = sizedHold();
  holdAll(block, kept.hold, { ...effort, solver: cost.solver });
  return { ...own, bytes: own.bytes + kept.floats() * number.held };
}

function averagedCost(block: Block, asked: Solver | undefined, number: NumberBytes): SolveCost {
  const { m, n, columns, matrices, size, averagedBy } = block;
  const { hold, floats } = sizedHold();
  const values = averaged(block, 0, hold);
  holdAll(values, hold, asked === undefined ? {} : { solver: asked });
  const kept = floats();
  const bytes = kept * number.held + block.rowFloats * number.made;
  const other = values.costs.find(({ solver }) => solver === asked);
  if (other !== undefined) {
    const { solver, build, apply } = other;
    return { solver, why: wanted, bytes, build: build + kept / 2, apply };
  }
  if (averagedBy !== null) {
    const { solver, why, build, apply } = values.cost;
    return { solver, why: `${why}, averaged`, bytes, build: build + kept / 2, apply };
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
 * Chooses a cost for each block such that the sum of bytes fits, or is as small as exact solvers allow.
 *
 * Each block begins with its preferred solver. If the sum is too large, blocks switch to another exact solver, and
 * the switch that saves most comes first.
 */
export function withinBudget(blocks: readonly SolveCosts[], budget: number): SolveCost[] {
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

/** Returns the exact solver with the fewest bytes, and how many bytes it saves. */
function switchOf([first, ...others]: SolveCosts) {
  const exact = others.filter(({ solver }) => !iterative.has(solver));
  const least = exact.reduce((least, cost) => (cost.bytes < least.bytes ? cost : least), first);
  const to = { ...least, why: `${first.solver} keeps more than the budget allows` };
  return { to, saved: first.bytes - least.bytes };
}
