import { MetricError } from "@metrigrad/tensor";
import type { Block, BlockCost } from "../blocks/block.ts";
import { explicitLimit } from "../blocks/defBlock.ts";
import { checkBudget } from "../core/arguments.ts";
import { chosenSolvers, type SolverChoice } from "../core/solverChoice.ts";
import type { Subsystem } from "../core/subsystems.ts";
import { averageOf, costsOf, withinBudget } from "./budget.ts";
import { shortNumber } from "./table.ts";

/** How much the blocks may keep. */
export interface BudgetOptions {
  /** Whether a running average of the metric is kept. */
  readonly average: boolean;
  /** Most bytes that all blocks may keep. */
  readonly memoryBudget: number;
  /** Solvers that must be taken. */
  readonly solver?: SolverChoice | undefined;
}

/** A subsystem with a metric, and how it is solved. */
interface Costly {
  readonly one: Subsystem & { readonly block: Block };
  readonly cost: BlockCost;
}

/**
 * How the blocks of subsystems are solved within a memory budget: each by the solver that was
 * asked for, else by the one that it prefers, and where that is too much by an exact one that keeps less, those first
 * that save most. Throws MetricError with alternatives where they, or a running average, do not fit, and for a solver that a block has not.
 */
export function solversWithin(
  where: string,
  subsystems: readonly Subsystem[],
  { average, memoryBudget, solver }: BudgetOptions,
): ReadonlyMap<Block, BlockCost> {
  checkBudget(where, memoryBudget);
  const measured = subsystems.filter((one): one is Costly["one"] => one.block !== null);
  if (average) for (const one of measured) checkAverage(where, one);
  const solved = measured.map(({ path, names, block }) => {
    const { form, costs } = average ? averageOf(block) : block;
    // An average is kept with its inverse, which conjugate gradients have not.
    const own = costs.filter(({ solver: name }) => !average || name !== "cg");
    return { path, params: names, form, solvers: own.map((cost) => cost.solver) };
  });
  const asked = chosenSolvers(where, solver, solved);
  const costs = withinBudget(
    measured.map(({ block }, at) => costsOf(block, average, asked[at])),
    memoryBudget,
  );
  const all = measured.map((one, at): Costly => ({ one, cost: costs[at] as BlockCost }));
  const bytes = costs.reduce((sum, cost) => sum + cost.bytes, 0);
  if (bytes > memoryBudget) throw overBudget(where, all, bytes, { average, memoryBudget });
  return new Map(all.map(({ one, cost }) => [one.block, cost]));
}

/** Throws MetricError for a block whose average would be larger than explicit matrices may be. */
function checkAverage(where: string, one: Costly["one"]): void {
  const { averagedBy, layout, matrices, size } = one.block;
  const bytes = 4 * matrices * size ** 2;
  if (averagedBy !== null || bytes <= explicitLimit) return;
  throw new MetricError({
    where,
    must: `a running average must fit in ${shortNumber(explicitLimit, "B")}`,
    got: `${layout} of ${nameOf(one)} (${shortNumber(bytes, "B")})`,
    todo: `use ${alternatives(one, 2 * bytes, true).join(", or ")}`,
  });
}

function overBudget(
  where: string,
  all: readonly Costly[],
  bytes: number,
  { average, memoryBudget }: BudgetOptions,
): MetricError {
  const largest = all.reduce((most, next) => (next.cost.bytes > most.cost.bytes ? next : most));
  return new MetricError({
    where,
    must: `the blocks must fit in memoryBudget, ${shortNumber(memoryBudget, "B")}`,
    got: `${shortNumber(bytes, "B")}, most of it ${largest.one.block.layout} of ${nameOf(largest.one)} (${shortNumber(largest.cost.bytes, "B")})`,
    todo: `use ${alternatives(largest.one, largest.cost.bytes, average).join(", or ")}`,
  });
}

/** What would take less memory than a block does. */
function alternatives({ params, block }: Costly["one"], bytes: number, average: boolean): string[] {
  const { d, m, columns, cost } = block;
  const size = (count: number) => shortNumber(count, "B");
  const fewer = (text: string, count: number) =>
    count < bytes ? [`${text} (${size(count)})`] : [];
  const cg = average ? undefined : block.costs.find((cost) => cost.solver === "cg");
  return [
    ...(columns === "own" ? [`linearRows for it (one matrix, ${size(bytes / m)})`] : []),
    ...(params.length > 1 ? ["a finer partition"] : []),
    ...(columns === "coupled" && m > 1
      ? [
          ...fewer('partition(model, "neuron")', 8 * m * d * d),
          ...fewer("metrics.kfac()", 8 * (d * d + m * m)),
          ...fewer(`metrics.ekfac()${average ? " of each batch" : ""}`, 8 * (d * d + m * m)),
        ]
      : []),
    ...fewer("metrics.quasiDiagonal()", 16 * d * m),
    ...fewer("metrics.diagonal()", 8 * d * m),
    ...(cg === undefined ? [] : fewer('the solver "cg"', cg.bytes)),
    average
      ? `the metric of each batch instead of a running average (${cost.solver}, ${size(cost.bytes)})`
      : "a smaller batch",
    "plain(…) for the plain gradient",
  ];
}

function nameOf({ path, names }: Subsystem): string {
  return path || names.join(", ");
}
