import { type Variable, withMetricScope } from "@metrigrad/graph";
import type { Application } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { addBlocks } from "./addBlocks.ts";
import { contextOf, responseOf } from "./context.ts";
import {
  type BlockOf,
  type Described,
  type Metric,
  plain,
  type ResponseModel,
} from "./defMetric.ts";
import { packed } from "./packing.ts";
import type { MetricTable } from "./table.ts";

/** Parameters with their metric, and where it comes from. */
export interface Subsystem {
  /** Where its modules stand in the model: "dense0", or "dense0 + dense1". */
  readonly path: string;
  /** The uses of the modules whose parameters these are, in order. */
  readonly applications: readonly Application[];
  readonly metric: Metric;
  readonly params: readonly Variable[];
  /** Null: the plain gradient. */
  readonly block: Block | null;
  /** Blocks that were added up because parameters are used several times; else 1. */
  readonly uses: number;
  /** The responses that the block is the Fisher information of, those of the first use. */
  readonly responses: () => readonly ResponseModel[];
  /** The first of them. */
  readonly responseModel: () => ResponseModel;
}

/** What one application's metric says of some parameters. */
type Part = Pick<Subsystem, "metric" | "params" | "block" | "responses"> & {
  readonly application: Application;
};

/**
 * The subsystems of an applied model: a block for every parameter; where parameters are used several
 * times, the blocks of all uses add up. Throws MetricError for a missing row and a parameter that no
 * block covers, unless the table gives the others the plain gradient, and for one that different sets of parameters or the plain gradient claim as well.
 */
export function subsystems(
  applications: readonly Application[],
  table: MetricTable,
  parameters: readonly Variable[],
): Subsystem[] {
  const owner = new Map<string, Part[]>();
  const groups: Part[][] = [];
  for (const part of applications.flatMap((application) => partsOf(application, table))) {
    const names = part.params.map(({ attrs }) => attrs.name);
    const group = owner.get(names[0] as string) ?? [];
    const [first] = group;
    for (const [at, name] of names.entries()) {
      const known = owner.get(name)?.[0];
      if (known !== first || names.indexOf(name) < at) throw twice(name, known ?? part, part);
    }
    if (first !== undefined && !addable(first, part)) throw twice(names[0] as string, first, part);
    if (group.push(part) === 1) groups.push(group);
    for (const name of names) owner.set(name, group);
  }
  for (const variable of parameters) {
    if (owner.has(variable.attrs.name)) continue;
    const uses = applications.filter((one) => Object.values(one.params).includes(variable));
    if (table.others === "error" || uses.length === 0) throw uncovered(variable.attrs.name);
    groups.push(uses.map((application) => plainPart(application, variable)));
  }
  return groups.map((group) => subsystemOf(group, applications));
}

/** Parts per block; plain parameters each for themselves, so that only their own uses meet. */
function partsOf(application: Application, table: MetricTable): Part[] {
  const metric = table.find(application);
  const context = contextOf(application, metric);
  const own = () => [responseOf(metric, context)];
  const made = withMetricScope(application.path, () => metric.block(context));
  checkMade(application, made);
  return made
    .filter(({ params }) => params.length > 0)
    .map(({ params, block, responses: given = own }) => {
      const responses = () => withMetricScope(application.path, given);
      return { application, metric, params, block, responses };
    });
}

/** Throws MetricError for what a row returned, where that is no list of parameters with their blocks. */
function checkMade(
  { path, definition, params: known }: Application,
  made: readonly BlockOf[],
): void {
  const refuse = (must: string, got: string) => {
    const todo = "return [{ params: [params.w], block: … }], with null for the plain gradient";
    throw new MetricError({ where: `metric of ${path || definition.spec.name}`, must, got, todo });
  };
  if (!Array.isArray(made)) refuse("`block` must return a list", String(made));
  for (const { params, block } of made) {
    if (!Array.isArray(params) || params.some((one) => one?.attrs?.role !== "parameter"))
      refuse(`\`params\` must list parameters (${Object.keys(known).join(", ")})`, String(params));
    if (block !== null && typeof block?.solve !== "function")
      refuse("`block` must be a block or null", String(block));
    if (block !== null && params.length > 0) packed(block, params);
  }
}

/** A parameter that no block covers, in one use, where the table says that it takes the plain gradient. */
function plainPart(application: Application, variable: Variable): Part {
  const metric = plain(application.definition as Described);
  const responses = () => [responseOf(metric, contextOf(application, metric))];
  return { application, metric, params: [variable], block: null, responses };
}

function addable(first: Part, part: Part): boolean {
  const same =
    first.params.length === part.params.length &&
    first.params.every(({ attrs }, at) => attrs.name === part.params[at]?.attrs.name);
  return same && (first.block === null) === (part.block === null);
}

function subsystemOf(group: readonly Part[], applications: readonly Application[]): Subsystem {
  const [{ application, metric, params, responses }] = group as [Part];
  const names = new Set(params.map(({ attrs }) => attrs.name));
  const members = applications.filter((one) =>
    Object.values(one.params).some(({ attrs }) => names.has(attrs.name)),
  );
  const paths = [...new Set(members.map((one) => one.path))];
  const blocks = group.map(({ block }) => block).filter((block) => block !== null);
  return {
    path: paths.join(" + "),
    applications: members,
    metric,
    params,
    block: withMetricScope(application.path, () => addBlocks(blocks)),
    uses: group.length,
    responses,
    responseModel: () => responses()[0] as ResponseModel,
  };
}

function twice(name: string, first: Part, second: Part): MetricError {
  return new MetricError({
    where: `metric of parameter ${name}`,
    must: "all uses of a parameter must have a block over the same parameters, or all take the plain gradient",
    got: `different ones in ${first.application.path} and ${second.application.path}`,
    todo: "return the same `params` for each use, or use plain(…)",
  });
}

function uncovered(name: string): MetricError {
  return new MetricError({
    where: `metric of parameter ${name}`,
    must: "every parameter must belong to a block",
    got: "none",
    todo: "return it from the metric's `block`, with a null block for the plain gradient, or use table.orPlain()",
  });
}
