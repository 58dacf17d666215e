import { type Node, oneRank, type Update, type Variable, withMetricScope } from "@metrigrad/graph";
import {
  blockOverRanks,
  checkDamping,
  checkSolvable,
  checkTable,
  fullOver,
  type SolveCost,
  type Subsystem,
  solversWithin,
  subsystems,
  unpacked,
} from "@metrigrad/metric";
import { GraphError } from "@metrigrad/tensor";
import { checkSettings, withDefaults } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { dampingFactor } from "./adapt.ts";
import { adapting, fullAdaptation } from "./adaptation.ts";
import { alongDiagonal } from "./alongDiagonal.ts";
import { batchMetric } from "./batchMetric.ts";
import { blockDampings, checkBlockDamping } from "./blockDamping.ts";
import { heldMetric, overWindow } from "./heldMetric.ts";
import { metricReport } from "./metricReport.ts";
import type { Measured, PreconditionedBlock, PreconditionTask } from "./preconditioned.ts";
import {
  batchSettings,
  effortOf,
  type FullPrecondition,
  type PreconditionSettings,
  preconditionRecord,
} from "./settings.ts";
import { checkSolverEffort } from "./solverEffort.ts";

/**
 * Makes a link of a {@link chain} that multiplies the step by the inverse of the metric: u ← (ḡ + λI)⁻¹u for every
 * subsystem.
 *
 * ḡ is the relative Fisher information of the batch, of an earlier batch, of a window of batches, or of a running
 * average (Sun and Nielsen 2017, section 4). Put it first in a chain: the gradient of a layer then often need not be
 * formed.
 *
 * @param settings - Metric, damping, batches and solver.
 * @returns The transform.
 * @throws {@link GraphError} if a setting is unknown or out of range. When a step is built: if the chain has a second
 *   metric, or if `damping` names an unknown block.
 * @throws {@link MetricError} if `metrics` is not a table, if `over` is none of its choices, or if nothing damps.
 *   When a step is built: if a module has no row, or if the metric takes more than its budgets. Also if a block does
 *   not have the solver, or the backend does not have the floats.
 * @category Optimizers: natural gradients
 */
export function precondition(settings: PreconditionSettings = {}): Transform {
  return preconditionBy("precondition", withDefaults("precondition", settings, batchSettings));
}

/** Makes the same transform under the name of an optimizer. */
export function preconditionBy(name: string, settings: FullPrecondition): Transform {
  checkPrecondition(name, settings);
  const { metrics, forward } = settings;
  const over = fullOver(name, settings.over);
  const adapt = settings.adapt === null ? null : fullAdaptation(name, settings.adapt);
  return Object.freeze({
    name: "precondition",
    settings: preconditionRecord(settings),
    metric: {
      metrics,
      over: settings.over,
      memoryBudget: settings.memoryBudget,
      solver: settings.solver,
      effort: effortOf(settings),
      solvePrecision: settings.solvePrecision,
    },
    transform: (step, context) => {
      if (step.metric !== null) throw preconditionedTwice(name);
      if (context.floats) checkSolvable(name, settings.solvePrecision, context.floats);
      const applications = forward === "train" ? context.applications : context.inference();
      const variables = context.parameters.map(({ variable }) => variable);
      const single = subsystems(applications, metrics, variables);
      const seen: Update[] = [];
      const own = overWindow(single, over.window, seen, context);
      const { ranks = oneRank } = context;
      if (ranks.size > 1) checkOverRanks(name, single);
      const windows = own.map((one) => {
        const { block, path } = one;
        if (block === null) return one;
        return { ...one, block: withMetricScope(path, () => blockOverRanks(block, ranks)) };
      });
      const found = alongDiagonal(windows, settings.dampedBy, seen, context);
      const measured = found.filter((one): one is Measured => one.block !== null);
      const dampingOf = blockDampings(name, found, settings, {
        factor: adapt === null ? null : dampingFactor(context),
        needed: over.average === null,
      });
      const costs = solversWithin(name, measured, {
        over: settings.over,
        memoryBudget: settings.memoryBudget,
        workBudget: settings.workBudget,
        solver: settings.solver ?? undefined,
        ...effortOf(settings),
        float: context.float,
        solvePrecision: settings.solvePrecision,
      });
      const solverOf = ({ block }: Measured) => (costs.get(block) as SolveCost).solver;
      // A store of 64 bits holds values that are solved in 64 bits as they are.
      const solvePrecision =
        settings.solvePrecision === context.float ? "store" : settings.solvePrecision;
      const chosen = { ...settings, solvePrecision } as const;
      const task: PreconditionTask = {
        measured,
        dampingOf,
        solverOf,
        settings: chosen,
        step,
        context,
      };
      const { blocks, before, always } =
        over.average === null && over.every === 1 ? batchMetric(task) : heldMetric(task, over);
      const solved = new Map(blocks.flatMap(directionsOf));
      const turned = mapDirections(step, (u, variable) => solved.get(variable) ?? u);
      return {
        ...turned,
        metric: blocks,
        before: [...step.before, ...before],
        always: [...step.always, ...seen, ...always],
        last: [
          ...step.last,
          ...(adapt === null ? [] : [adapting(adapt, context)]),
          metricReport(blocks, context),
        ],
      };
    },
  } satisfies Transform);
}

/** Returns the direction of every parameter of a block. */
function directionsOf({ params, direction }: PreconditionedBlock): [Variable, Node][] {
  const shapes = params.map(({ shape }) => shape);
  return unpacked(direction, shapes).map((value, index) => [params[index] as Variable, value]);
}

function checkPrecondition(name: string, settings: FullPrecondition): void {
  const { relative, absolute, damping, dampedBy, over, forward, metrics, solvePrecision } =
    settings;
  checkTable(`${name}, metrics`, metrics);
  checkBlockDamping(name, damping);
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings(name, { relative, absolute }, { relative: any, absolute: any });
  if (forward !== "train" && forward !== "infer") {
    throw unknownChoice(name, "forward", ["train", "infer"], forward);
  }
  if (!["identity", "diagonal", "largest"].includes(dampedBy)) {
    throw unknownChoice(name, "dampedBy", ["identity", "diagonal", "largest"], dampedBy);
  }
  if (solvePrecision !== "store" && solvePrecision !== "f64") {
    throw unknownChoice(name, "solvePrecision", ["store", "f64"], solvePrecision);
  }
  checkSolverEffort(name, settings);
  const singular = fullOver(name, over).average === null;
  checkDamping(name, { relative, absolute }, singular && damping === null);
}

function unknownChoice(
  where: string,
  name: string,
  known: readonly string[],
  got: unknown,
): GraphError {
  return new GraphError({
    where,
    must: `${name} must be ${known.map((one) => JSON.stringify(one)).join(" or ")}`,
    got: JSON.stringify(got) ?? String(got),
    todo: `leave it out for ${JSON.stringify(known[0])}`,
  });
}

/** Throws GraphError for metrics that are no means over the samples of all ranks. */
function checkOverRanks(where: string, subsystems: readonly Subsystem[]): void {
  const refused = (got: string) =>
    new GraphError({
      where: `${where}, distributed`,
      must: "a metric must be a mean over the samples of all ranks",
      got,
      todo: "train in one process, or take another metric",
    });
  for (const { applications, block, responses, path } of subsystems) {
    if (block?.factors && applications.some(({ rowWeights }) => rowWeights !== null)) {
      throw refused(`Kronecker factors of weighted samples in ${path}`);
    }
    if (block !== null && responses().some(({ centred }) => centred === true)) {
      throw refused(`rows that are centred over the samples of one rank in ${path}`);
    }
  }
}

function preconditionedTwice(where: string): GraphError {
  return new GraphError({
    where,
    must: "a chain may have one metric",
    got: "a second precondition",
    todo: "leave one out",
  });
}
