import { type Variable, withMetricScope } from "@metrigrad/graph";
import type { Application, ResponsePart, Use } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { addBlocks } from "./addBlocks.ts";
import { contextOf, responsesOf } from "./context.ts";
import { blocksOfUse } from "./copies.ts";
import type { BlockOf, MetricContext } from "./defMetric.ts";
import { contextInLoop, type Member, membersOf, rowCalls } from "./loopedParts.ts";
import { packed } from "./packing.ts";
import { splitUses } from "./splitUses.ts";
import { torn, twice, uncovered } from "./subsystemErrors.ts";
import type { Assigned, MetricTable, RowsWork } from "./table.ts";
import type { Through } from "./through.ts";
import { kindOf } from "./useKinds.ts";

/**
 * Parameters with their metric, and where the metric comes from.
 *
 * @category Metrics: own metrics
 */
export interface Subsystem {
  /** The place of its modules in the model: "dense0", or "dense0 + dense1". */
  readonly path: string;
  /** The applications of the modules that have these parameters, in order. */
  readonly applications: readonly Application[];
  /** Where the closed form comes from. */
  readonly source: string;
  /** The parameters. */
  readonly params: readonly Variable[];
  /** The paths of the parameters in the model. */
  readonly names: readonly string[];
  /** The metric of the parameters; null if they take the plain gradient. */
  readonly block: Block | null;
  /** The number of blocks that were added up, because the parameters are used several times; else 1. */
  readonly uses: number;
  /**
   * The uses through which the parameters act, as the rows that made the block see them. Empty if a row of a module
   * or another table made the block.
   */
  readonly recorded: readonly Use[];
  /**
   * The values through which the loss reaches the parameters, as the rows of the block see them; null if they are not
   * known.
   */
  readonly through: Through | null;
  /** Returns the responses that the block is the Fisher information of; those of the first use. */
  readonly responses: () => readonly ResponsePart[];
  /** The work of making the rows of the block; null if the table does not tell it. */
  readonly rows: RowsWork | null;
  /** What each use states by its row; empty if no row made the block. */
  readonly parts: readonly SubsystemPart[];
}

/**
 * What one application states about some parameters. With a use of null it is from the row of the module.
 *
 * @category Metrics: own metrics
 */
export type SubsystemPart = Pick<Subsystem, "source" | "params" | "block" | "responses"> & {
  readonly application: Application;
  readonly use: Use | null;
};

type Part = SubsystemPart;

/**
 * Makes the subsystems of an applied model: a block for every parameter. If parameters are used several times, their
 * blocks add up.
 *
 * @param applications - What was applied, as `applyModel` returns it.
 * @param table - The table of metrics.
 * @param parameters - The parameters that are asked for.
 * @returns The subsystems, in the order of the parameters.
 * @throws {@link MetricError} for a parameter without a row or a block, unless the table gives it the plain gradient.
 *   Also if two uses of a parameter have blocks over different parameters, and if only some parameters of a block are
 *   asked for.
 * @category Metrics: own metrics
 */
export function subsystems(
  applications: readonly Application[],
  table: MetricTable,
  parameters: readonly Variable[],
): Subsystem[] {
  const wanted = new Set(parameters);
  const assigned: Assigned[] = [];
  const covered = new Set<Variable>();
  for (const choose of table.chosen) {
    for (const one of choose(applications, table)) {
      if (one.params.some((param) => covered.has(param))) continue;
      for (const param of one.params) covered.add(param);
      assigned.push(one);
    }
  }
  const owner = new Map<Variable, Part[]>();
  const groups: Part[][] = [];
  const members = membersOf(applications, table);
  const apart = members.map(({ application }) => application);
  const usesOf = splitUses(apart);
  for (const member of members) {
    for (const part of partsOf(member, usesOf(member.application), table, covered)) {
      addPart(part, owner, groups);
    }
  }
  const pathOf = applications[0]?.pathOf ?? (() => "");
  for (const variable of parameters) {
    if (owner.has(variable) || covered.has(variable)) continue;
    const used = apart.filter((one) => Object.values(one.trained).includes(variable));
    if (table.others === "error" || used.length === 0) throw uncovered(pathOf(variable));
    groups.push(used.map((application) => plainPart(application, variable)));
  }
  const isWanted = (params: readonly Variable[]) => {
    const own = params.filter((one) => wanted.has(one));
    if (own.length > 0 && own.length < params.length) throw torn(params, wanted, pathOf);
    return own.length > 0;
  };
  const made = groups
    .filter(([first]) => isWanted(first?.params ?? []))
    .map((group) => subsystemOf(group, apart));
  const order = (one: Subsystem) =>
    Math.min(...one.params.map((param) => parameters.indexOf(param)));
  const chosen = assigned
    .filter(({ params }) => isWanted(params))
    .map((one) => assignedSubsystem(one, apart));
  return [...chosen, ...made].sort((a, b) => order(a) - order(b));
}

function addPart(part: Part, owner: Map<Variable, Part[]>, groups: Part[][]): void {
  const group = owner.get(part.params[0] as Variable) ?? [];
  const [first] = group;
  for (const [at, param] of part.params.entries()) {
    const known = owner.get(param)?.[0];
    if (known !== first || part.params.indexOf(param) < at)
      throw claimedTwice(param, known ?? part, part);
  }
  if (first !== undefined && !addable(first, part))
    throw claimedTwice(part.params[0] as Variable, first, part);
  if (group.push(part) === 1) groups.push(group);
  for (const param of part.params) owner.set(param, group);
}

/** Returns a part for each block. What the row of a module leaves out has the rows of its uses. */
function partsOf(
  member: Member,
  uses: readonly Use[],
  table: MetricTable,
  covered: ReadonlySet<Variable>,
): Part[] {
  const { application } = member;
  const own = Object.values(application.trained);
  if (own.every((param) => covered.has(param))) return [];
  const scope = application.path;
  const context = contextOf(application);
  const parts: Part[] = [];
  const add = (
    metric: { readonly source: string; readonly response?: unknown },
    { use, context, change = same }: Added,
    made: readonly BlockOf[],
  ) => {
    checkMade(application, made);
    for (const { params, block, responses } of made) {
      if (params.length === 0 || params.some((one) => covered.has(one))) continue;
      const given = responses ?? (() => responsesOf(metric as never, context, use));
      parts.push({
        application,
        use,
        source: metric.source,
        params,
        block: block === null ? null : (table.change ?? same)(change(block)),
        responses: () => withMetricScope(scope, given),
      });
    }
  };
  const row = table.rowOf(application);
  if (row !== null) {
    withMetricScope(scope, () => {
      for (const { application: one, change } of rowCalls(member, row)) {
        const own = contextOf(one);
        add(row, { use: null, context: own, change }, row.block(own, null));
      }
    });
  }
  const done = new Set([...covered, ...parts.flatMap(({ params }) => params)]);
  for (const use of uses) {
    if (use.parameters.every((param) => param === undefined || done.has(param))) continue;
    // The row of a module states itself what it covers.
    if (row !== null && use.kind === "free") continue;
    const found = row !== null && !hasRow(table, use) ? null : table.rowOfUse(application, use);
    if (found === null) continue;
    const own = contextInLoop(member, context, use);
    const made = withMetricScope(scope, () => blocksOfUse(found, own, use));
    add(found, { use, context: own }, made);
  }
  return parts;
}

/** The question to which a row returned blocks. */
interface Added {
  readonly use: Use | null;
  readonly context: MetricContext;
  readonly change?: (block: Block) => Block;
}

const same = (block: Block): Block => block;

/** Whether a table has a row for the kind of a use. */
function hasRow(table: MetricTable, use: Use): boolean {
  const kind = kindOf(use);
  return table.rows.some(({ of }) => "use" in of && of === kind);
}

/** Throws MetricError if a row did not return a list of parameters with their blocks. */
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

/** Makes the part of a parameter that no block covers, in one use, if the table gives it the plain gradient. */
function plainPart(application: Application, variable: Variable): Part {
  const responses = () => responsesOf({ response: null }, contextOf(application));
  const source = "plain gradient";
  return { application, use: null, source, params: [variable], block: null, responses };
}

function claimedTwice(param: Variable, first: Part, second: Part) {
  const { path, pathOf } = first.application;
  return twice(pathOf(param), path, second.application.path);
}

function addable(first: Part, part: Part): boolean {
  const same =
    first.params.length === part.params.length &&
    first.params.every((param, at) => param === part.params[at]);
  return same && (first.block === null) === (part.block === null);
}

function subsystemOf(group: readonly Part[], applications: readonly Application[]): Subsystem {
  const [{ application, source, params, responses }] = group as [Part];
  const blocks = group.map(({ block }) => block).filter((block) => block !== null);
  const block = withMetricScope(application.path, () => addBlocks(blocks));
  const recorded = group.flatMap(({ use }) => (use === null ? [] : [use]));
  return {
    ...placeOf(params, applications),
    source,
    params,
    block,
    uses: group.length,
    recorded,
    through: null,
    responses,
    rows: null,
    parts: group,
  };
}

function assignedSubsystem(
  { params, source, block, responses, rows, through = null }: Assigned,
  applications: readonly Application[],
): Subsystem {
  const place = placeOf(params, applications);
  const scope = place.applications[0]?.path ?? "";
  return {
    ...place,
    source,
    params,
    block: withMetricScope(scope, block),
    uses: 1,
    recorded: [],
    through,
    responses: () => withMetricScope(scope, responses),
    rows: rows ?? null,
    parts: [],
  };
}

/** Returns the place of some parameters in the model. */
function placeOf(params: readonly Variable[], applications: readonly Application[]) {
  const own = new Set(params);
  const members = applications.filter((one) =>
    Object.values(one.params).some((param) => own.has(param)),
  );
  const pathOf = members[0]?.pathOf ?? (() => "");
  const paths = [...new Set(members.map(({ path }) => path))];
  return { path: paths.join(" + "), applications: members, names: params.map(pathOf) };
}
