import type { Node, Update, Variable } from "@metrigrad/graph";
import {
  type BlockCost,
  checkChoice,
  solversWithin,
  subsystems,
  tableFor,
  unpacked,
} from "@metrigrad/metric";
import { GraphError, MetricError } from "@metrigrad/tensor";
import { checkKnown, checkSettings, withDefaults } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { adaptDamping, dampingFactor, fullAdapt } from "./adapt.ts";
import { averageMetric } from "./averageMetric.ts";
import { batchMetric } from "./batchMetric.ts";
import { blockDampings, checkBlockDamping } from "./blockDamping.ts";
import { keptMetric } from "./keptMetric.ts";
import { metricReport } from "./metricReport.ts";
import type { Measured, PreconditionedBlock, PreconditionTask } from "./preconditioned.ts";
import {
  batchSettings,
  type FullPrecondition,
  type PreconditionSettings,
  preconditionRecord,
} from "./settings.ts";
import { windowMetric } from "./windowMetric.ts";

/**
 * u ← (ḡ + λI)⁻¹u by subsystem, with ḡ the relative Fisher information of the batch, of an earlier batch, of
 * a window of batches or of a running average (Sun and Nielsen 2017, section 4). First in a chain the gradient of a layer need not
 * even be formed. Throws GraphError for settings out of range, MetricError where nothing damps; a step of it
 * throws MetricError for a module without a row, for a metric beyond the memory budget, and for a solver that a
 * block has not.
 */
export function precondition(settings: PreconditionSettings = {}): Transform {
  return preconditionBy("precondition", withDefaults("precondition", settings, batchSettings));
}

/** The same under the name of an optimizer. */
export function preconditionBy(name: string, settings: FullPrecondition): Transform {
  checkPrecondition(name, settings);
  const { metrics, average, window, refreshEvery, forward } = settings;
  const adapt = settings.adapt === null ? null : fullAdapt(name, settings.adapt);
  return Object.freeze({
    name: "precondition",
    settings: preconditionRecord(settings),
    transform: (step, context) => {
      if (step.metric !== null) throw preconditionedTwice(name);
      const applications = forward === "train" ? context.applications : context.inference();
      const table = tableFor(metrics, applications);
      const variables = context.parameters.map(({ variable }) => variable);
      const single = subsystems(applications, table, variables);
      const seen: Update[] = [];
      const found = window > 1 ? windowMetric(single, window, context.step, seen) : single;
      const measured = found.filter((one): one is Measured => one.block !== null);
      const dampingOf = blockDampings(name, found, settings, {
        factor: adapt === null ? null : dampingFactor,
        needed: average === null,
      });
      const costs = solversWithin(name, measured, {
        average: average !== null,
        memoryBudget: settings.memoryBudget,
        solver: settings.solver ?? undefined,
      });
      const solverOf = ({ block }: Measured) => (costs.get(block) as BlockCost).solver;
      const task: PreconditionTask = { measured, dampingOf, solverOf, settings, step, context };
      const { blocks, before, always } =
        average !== null
          ? averageMetric(task, average)
          : refreshEvery > 1
            ? keptMetric(task)
            : batchMetric(task);
      const solved = new Map(blocks.flatMap(directionsOf));
      const turned = mapDirections(step, (u, variable) => solved.get(variable) ?? u);
      return {
        ...turned,
        metric: blocks,
        before: [...step.before, ...before],
        always: [...step.always, ...seen, ...always],
        last: [
          ...step.last,
          ...(adapt === null ? [] : [adaptDamping(adapt, context)]),
          metricReport(blocks, step),
        ],
      };
    },
  } satisfies Transform);
}

/** The direction of every parameter of a block. */
function directionsOf({ params, direction }: PreconditionedBlock): [Variable, Node][] {
  const shapes = params.map(({ shape }) => shape);
  return unpacked(direction, shapes).map((value, index) => [params[index] as Variable, value]);
}

function checkPrecondition(name: string, settings: FullPrecondition): void {
  const { relative, absolute, damping, average, window, refreshEvery } = settings;
  const { forward, metrics } = settings;
  checkChoice(`${name}, metrics`, metrics);
  checkBlockDamping(name, damping);
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings(name, { relative, absolute }, { relative: any, absolute: any });
  checkCount(name, { refreshEvery, window });
  if (forward !== "train" && forward !== "infer") throw unknownForward(name, forward);
  if (average !== null) {
    checkKnown(`${name}, average`, average, ["decay", "refreshEvery"]);
    checkSettings(name, { decay: average.decay }, { decay: [0, 1] });
    checkCount(name, { refreshEvery: average.refreshEvery });
    if (refreshEvery !== 1) throw refreshedTwice(name, refreshEvery);
    if (window !== 1) throw averagedWindow(name, window);
  }
  if (relative === 0 && absolute === 0 && average === null && damping === null)
    throw undamped(name);
}

/** Throws GraphError for numbers of steps that are no counts. */
function checkCount(where: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new GraphError({
      where,
      must: `${name} must be a positive integer`,
      got: String(count),
      todo: "pass a number of steps",
    });
  }
}

function unknownForward(where: string, got: unknown): GraphError {
  return new GraphError({
    where,
    must: 'forward must be "train" or "infer"',
    got: String(got),
    todo: "leave it out for the gradient's own forward pass",
  });
}

function refreshedTwice(where: string, refreshEvery: number): GraphError {
  return new GraphError({
    where,
    must: "with an average, refreshEvery belongs to it",
    got: `refreshEvery ${refreshEvery} beside an average`,
    todo: "pass { average: { decay, refreshEvery } }, or average: null",
  });
}

function averagedWindow(where: string, window: number): GraphError {
  return new GraphError({
    where,
    must: "a window is over single batches, without an average",
    got: `window ${window} beside an average`,
    todo: "leave one of them out",
  });
}

function preconditionedTwice(where: string): GraphError {
  return new GraphError({
    where,
    must: "a chain may have one metric",
    got: "a second precondition",
    todo: "leave one out",
  });
}

function undamped(where: string): MetricError {
  return new MetricError({
    where,
    must: "the metric of one batch is singular, so it must be damped",
    got: "relative 0 and absolute 0",
    todo: "pass { absolute: 0.5 } or { relative: 1e-4 }",
  });
}
