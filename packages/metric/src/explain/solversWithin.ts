import { MetricError } from "@metrigrad/tensor";
import type { Block, SolveEffort } from "../blocks/block.ts";
import { explicitLimit } from "../blocks/damped.ts";
import { type FullOver, fullOver, type Over } from "../blocks/over.ts";
import { checkBudget } from "../core/arguments.ts";
import { chosenSolvers, type SolverChoice } from "../core/solverChoice.ts";
import type { Subsystem } from "../core/subsystems.ts";
import { averageOf, costsOf, type SolveCost, withinBudget } from "./budget.ts";
import { type NumberBytes, numberBytes, type SolveFloats } from "./numberBytes.ts";
import { shortNumber } from "./table.ts";

/**
 * Options of {@link solversWithin}: the limits of memory and work, and the solvers.
 *
 * @category Metrics: own metrics
 */
export interface BudgetOptions extends SolveFloats, SolveEffort {
  /** Which batches the metric is over. */
  readonly over: Over;
  /** The most bytes that all blocks may keep. */
  readonly memoryBudget: number;
  /**
   * The most multiply-adds of a step; unlimited by default. The work of building the metric is shared by the steps
   * that it serves.
   */
  readonly workBudget?: number;
  /** The solver of all blocks, or solvers by path. By default the cost model chooses. */
  readonly solver?: SolverChoice | undefined;
}

/** A subsystem with a metric, and how it is solved. */
interface Costly {
  readonly one: Subsystem & { readonly block: Block };
  readonly cost: SolveCost;
}

/**
 * Chooses how the blocks of subsystems are solved within a memory budget and a work budget.
 *
 * Each block takes the solver that was asked for, else its preferred one. If the sum is too large, blocks switch to
 * exact solvers that keep less, and the switch that saves most comes first.
 *
 * @param where - The name of the calling function, for errors.
 * @param subsystems - The subsystems.
 * @param options - The limits, the solvers and the element types.
 * @returns The cost of the chosen solver for each block.
 * @throws {@link MetricError} with alternatives, if the blocks or a running average do not fit, or if a step takes
 *   too much work. Also for a solver that a block does not have, and for options that are not valid.
 * @category Metrics: own metrics
 */
export function solversWithin(
  where: string,
  subsystems: readonly Subsystem[],
  options: BudgetOptions,
): ReadonlyMap<Block, SolveCost> {
  const { memoryBudget, workBudget = Number.POSITIVE_INFINITY, solver } = options;
  checkBudget(where, memoryBudget);
  const { rank, iterations } = options;
  const effort = {
    ...(rank !== undefined && { rank }),
    ...(iterations !== undefined && { iterations }),
  };
  const over = fullOver(where, options.over);
  const number = numberBytes(options);
  const average = over.average !== null;
  const measured = subsystems.filter((one): one is Costly["one"] => one.block !== null);
  if (average) for (const one of measured) checkAverage(where, one, over, number);
  const solved = measured.map(({ path, names, block }) => {
    const { form, costs } = average ? averageOf(block) : block;
    // An average is kept with its inverse, which conjugate gradients do not have.
    const own = costs.filter(({ solver: name }) => !average || name !== "cg");
    return { path, params: names, form, solvers: own.map((cost) => cost.solver) };
  });
  const asked = chosenSolvers(where, solver, solved);
  const costs = withinBudget(
    measured.map(({ block }, at) => costsOf(block, over, asked[at], number, effort)),
    memoryBudget,
  );
  const all = measured.map((one, at): Costly => ({ one, cost: costs[at] as SolveCost }));
  const bytes = costs.reduce((sum, cost) => sum + cost.bytes, 0);
  if (bytes > memoryBudget) {
    throw overBudget(where, all, memoryBudget, over, number);
  }
  checkWork(where, all, workBudget, over.every);
  return new Map(all.map(({ one, cost }) => [one.block, cost]));
}

/** Throws MetricError for a block whose average would be larger than explicit matrices may be. */
function checkAverage(
  where: string,
  one: Costly["one"],
  over: FullOver,
  number: NumberBytes,
): void {
  const { averagedBy, layout, matrices, size } = one.block;
  const bytes = number.held * matrices * size ** 2;
  if (averagedBy !== null || bytes <= explicitLimit) return;
  throw new MetricError({
    where,
    must: `a running average must fit in ${shortNumber(explicitLimit, "B")}`,
    got: `${layout} of ${nameOf(one)} (${shortNumber(bytes, "B")})`,
    todo: `use ${alternatives(one, 2 * bytes, over, number).join(", or ")}`,
  });
}

function overBudget(
  where: string,
  all: readonly Costly[],
  memoryBudget: number,
  over: FullOver,
  number: NumberBytes,
): MetricError {
  const bytes = all.reduce((sum, { cost }) => sum + cost.bytes, 0);
  const largest = all.reduce((most, next) => (next.cost.bytes > most.cost.bytes ? next : most));
  return new MetricError({
    where,
    must: `the blocks must fit in memoryBudget, ${shortNumber(memoryBudget, "B")}`,
    got: `${shortNumber(bytes, "B")}, most of it ${largest.one.block.layout} of ${nameOf(largest.one)} (${shortNumber(largest.cost.bytes, "B")})`,
    todo: `use ${alternatives(largest.one, largest.cost.bytes, over, number).join(", or ")}`,
  });
}

/** Throws MetricError if a step takes more multiply-adds than the budget. */
function checkWork(where: string, all: readonly Costly[], budget: number, every: number): void {
  if (!(typeof budget === "number" && budget > 0)) throw noWork(where, budget);
  const work = ({ cost }: Costly) => cost.build / every + cost.apply;
  const whole = all.reduce((sum, one) => sum + work(one), 0);
  if (whole <= budget) return;
  const most = all.reduce((most, next) => (work(next) > work(most) ? next : most));
  const { block, rows } = most.one;
  const ofRows = rows !== null && rows.work / every > work(most) / 2 ? rows.fewer : null;
  const size = (one: Costly | number) => shortNumber(typeof one === "number" ? one : work(one));
  const rarely = Math.ceil((every * whole) / budget);
  const sketched = block.costs.find(
    ({ solver }) => solver === "nystrom" && solver !== most.cost.solver,
  );
  const saves = sketched !== undefined && sketched.build / every + sketched.apply < work(most) / 2;
  throw new MetricError({
    where,
    must: `a step must take at most workBudget, ${size(budget)} multiply-adds`,
    got: `${size(whole)}, most of them for ${block.layout} of ${nameOf(most.one)} (${size(most)}, ${most.cost.why})`,
    todo: `${ofRows === null ? "" : `use ${ofRows}, or `}${saves ? 'take the solver "nystrom", or ' : ""}make the metric more rarely ({ over: { every: ${rarely} } }), take metrics.kfac({ split: true }) in place of eigenvectors, or metrics.diagonal(), or pass a larger workBudget`,
  });
}

function noWork(where: string, got: unknown): MetricError {
  return new MetricError({
    where,
    must: "workBudget must be a positive number of multiply-adds",
    got: String(got),
    todo: "pass { workBudget: 1e12 }, or leave it out",
  });
}

/** Lists what would take less memory than a block does. */
function alternatives(
  { params, block, rows }: Costly["one"],
  bytes: number,
  over: FullOver,
  number: NumberBytes,
): string[] {
  const average = over.average !== null;
  const { d, m, columns, cost } = block;
  const size = (count: number) => shortNumber(count, "B");
  const fewer = (text: string, floats: number) =>
    floats * number.made < bytes ? [`${text} (${size(floats * number.made)})`] : [];
  const cg = average ? undefined : block.costs.find((cost) => cost.solver === "cg");
  const nystrom = average ? undefined : block.costs.find((cost) => cost.solver === "nystrom");
  const ofRows = block.rowFloats * number.made > bytes / 2 ? (rows?.fewer ?? null) : null;
  return [
    ...(ofRows === null ? [] : [ofRows]),
    ...(columns === "own" ? [`linearRows for it (one matrix, ${size(bytes / m)})`] : []),
    ...(params.length > 1 ? ["a finer partition"] : []),
    ...(columns === "coupled" && m > 1
      ? [
          ...fewer('partition(model, "neuron")', 2 * m * d * d),
          ...fewer("metrics.kfac()", 2 * (d * d + m * m)),
          ...fewer(`metrics.ekfac()${average ? " of each batch" : ""}`, 2 * (d * d + m * m)),
        ]
      : []),
    ...fewer("metrics.quasiDiagonal()", 4 * d * m),
    ...fewer("metrics.diagonal()", 2 * d * m),
    ...(nystrom === undefined ? [] : fewer('the solver "nystrom"', nystrom.floats)),
    ...(cg === undefined ? [] : fewer('the solver "cg"', cg.floats)),
    average
      ? `the metric of each batch instead of a running average (${cost.solver}, ${size(cost.floats * number.made)})`
      : over.window > 1
        ? "a smaller window"
        : "a smaller batch",
    "plain(…) for the plain gradient",
  ];
}

function nameOf({ path, names }: Subsystem): string {
  return path || names.join(", ");
}
